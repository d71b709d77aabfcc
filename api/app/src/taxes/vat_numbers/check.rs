//! Asking about a VAT number: at once for an administrator, and by an event for a client that has a new one.

use crate::events::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::state::AppState;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::taxes::vat_numbers::views::VatCheckView;
use actix_web::post;
use comptoir_db::events::EventRow;
use comptoir_db::taxes::vat_checks::{self, VatCheckRow};
use comptoir_db::{Db, Failure, Outcome, Scope, clients, sellers};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::VatNumber;
use comptoir_domain::{ClientId, Code, Problem};
use serde_json::{Value, json};

/// Check a client's VAT number
///
/// Asks the member of the European Union that has given it, through VIES. If nobody there answers, the outcome is
/// `unavailable`, which is neither valid nor invalid.
#[utoipa::path(tag = "taxes", params(("id" = ClientId, Path)), responses((status = 200, body = VatCheckView, description = "What was said")))]
#[post("/v1/clients/{id}/check-vat")]
pub async fn check_client_vat_number(call: Call<may::WriteClients>, id: Id<ClientId>) -> Answer {
    let client = call.read(move |db, ctx| clients::find(db, ctx.scope, id.0)).await?;
    let none = || Problem::new(Code::WrongState, "the client has no VAT number of the European Union");
    let number = VatNumber::parse(&client.vat_number).ok_or_else(none)?;
    let row = ask(call.state(), call.ctx(), &number).await?.ok_or_else(|| {
        Problem::new(Code::Conflict, "no check of VAT numbers is set up here: see `comptoir serve --vat-check`")
    })?;
    Ok(Reply::ok(&VatCheckView::from(row)))
}

/// The work of an event: checks the number of its client.
pub async fn check_vat_number(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let missing = || EventFailure::lasting("the event names no client");
    let seller = event.seller_id.ok_or_else(missing)?;
    let id: ClientId = event.subject_id.parse().map_err(|_| missing())?;
    let work = move |db: &mut Db| {
        let scope = Scope::of(seller);
        Ok((sellers::own(db, scope)?, clients::find(db, scope, id)?))
    };
    let (seller, client) = state.store.read(work).await?;
    let Some(number) = VatNumber::parse(&client.vat_number) else { return Ok(json!({ "outcome": "no_number" })) };
    let asked = ask(state, &Ctx::system(state, &seller, event.id), &number).await?;
    Ok(json!({ "outcome": asked.map(|row| row.outcome) }))
}

/// Asks about a number and keeps what was said; `None` if this house asks nobody.
pub(super) async fn ask(state: &AppState, ctx: &Ctx, number: &VatNumber) -> Result<Option<VatCheckRow>, Failure> {
    let Some(check) = &state.vat_check else { return Ok(None) };
    let scope = ctx.scope;
    let seller = state.store.read(move |db| sellers::own(db, scope)).await?;
    let said = check.check(number, VatNumber::parse(&seller.vat_number).as_ref()).await;
    let row = VatCheckRow {
        seller_id: scope.seller(),
        id: fresh(),
        number: number.to_string(),
        outcome: said.outcome,
        reason: said.reason,
        consultation: said.consultation,
        name: said.name,
        address: said.address,
        checked_at: ctx.now,
    };
    let (kept, ctx) = (row.clone(), ctx.clone());
    let keep = move |tx: &mut Db| -> Outcome<()> {
        vat_checks::insert(tx, &kept)?;
        let fact = json!({ "number": kept.number, "outcome": kept.outcome, "reason": kept.reason });
        ctx.record(tx, "vat_number.checked", kept.id, fact)
    };
    state.store.write(keep).await?;
    Ok(Some(row))
}
