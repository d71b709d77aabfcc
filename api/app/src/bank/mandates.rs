//! Mandates (PAY-08): signed with a bank account that is kept, seen, revoked, and let rest while a client is asked.

use crate::bank::lapse;
use crate::bank::text::{MandateForm, mandate_text};
use crate::bank::views::{EndCreate, MandateList, MandateSign, MandateTextView, MandateView};
use crate::gateways::ready::ready;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, List, Query, Reply};
use crate::todos::{Todo, raise};
use actix_web::{get, post};
use comptoir_connectors::payment::Debits;
use comptoir_db::bank::mandates::{self, MandateRow};
use comptoir_db::clients::ClientRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, clients, todos};
use comptoir_domain::bank::{Mandate, MandateKind, MandateState, SddScheme, mandate_reference};
use comptoir_domain::people::ClientKind;
use comptoir_domain::permissions::may;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Check, ClientId, Code, MandateId, Problem};
use serde_json::json;

/// Which mandates.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MandateQuery {
    /// Of one client.
    client_id: Option<ClientId>,
}

impl Filters for MandateQuery {}

/// No restriction.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllMandates {}

impl Filters for AllMandates {}

/// List mandates
#[utoipa::path(tag = "bank", params(ListParameters, MandateQuery), responses((status = 200, body = MandateList, description = "A page")))]
#[get("/v1/mandates")]
pub async fn list_mandates(call: Call<may::ReadPayments>, list: List<MandateQuery>) -> Answer {
    page(&call, list.filters.client_id, &list).await
}

/// List your mandates
#[utoipa::path(tag = "me", params(ListParameters), responses((status = 200, body = MandateList, description = "A page")))]
#[get("/v1/me/mandates")]
pub async fn list_my_mandates(call: Call<may::Own>, list: List<AllMandates>) -> Answer {
    let (_, client) = call.ctx().client()?;
    page(&call, Some(client), &list).await
}

async fn page<P, F: Filters>(call: &Call<P>, client: Option<ClientId>, list: &List<F>) -> Answer {
    let (page, today) = (list.page.clone(), call.ctx().today());
    let slice = call
        .read(move |db, ctx| {
            if let Some(client) = client {
                clients::find(db, ctx.scope, client)?;
            }
            mandates::list(db, ctx.scope, client, &page)
        })
        .await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(|row| MandateView::new(row, today)).collect();
    Ok(Reply::ok(&MandateList { data, next_cursor }))
}

/// Get a mandate
#[utoipa::path(tag = "bank", params(("id" = MandateId, Path)), responses((status = 200, body = MandateView, description = "The mandate")))]
#[get("/v1/mandates/{id}")]
pub async fn get_mandate(call: Call<may::ReadPayments>, id: Id<MandateId>) -> Answer {
    call.read(move |db, ctx| {
        let row = mandates::find(db, ctx.scope, id.0)?;
        Ok(reply(ctx, row))
    })
    .await
}

/// Which text.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MandateTextQuery {
    /// The gateway that will debit the account.
    #[param(example = "sepa")]
    gateway: String,
    /// For one collection or for all that come.
    kind: Option<MandateKind>,
}

/// Get the text of a mandate
///
/// What a client signs by storing a bank account: show it before, in its language.
#[utoipa::path(tag = "me", params(MandateTextQuery), responses((status = 200, body = MandateTextView, description = "The text")))]
#[get("/v1/me/mandate-text")]
pub async fn get_my_mandate_text(call: Call<may::Own>, query: Query<MandateTextQuery>) -> Answer {
    let (_, client) = call.ctx().client()?;
    let found = ready(call.state(), call.ctx().scope, &query.0.gateway).await?;
    let kind = query.0.kind.unwrap_or(MandateKind::Recurrent);
    let unfit = || Problem::field("/gateway", "no_mandate", "this gateway debits no accounts under a mandate");
    call.read(move |db, ctx| {
        let debits = found.as_ref().and_then(|ready| ready.gateway.debits()).ok_or_else(unfit)?;
        let scheme = debits.scheme().ok_or_else(unfit)?;
        let form = MandateForm { debits, scheme, kind, client, signed: None };
        Ok(Reply::ok(&MandateTextView { text: mandate_text(db, ctx, &form, ctx.locale)? }))
    })
    .await
}

/// Revoke a mandate
///
/// Nothing is debited under it any more. What a bank has already, it may still collect.
#[utoipa::path(tag = "bank", params(("id" = MandateId, Path)), request_body = EndCreate, responses((status = 200, body = MandateView, description = "The mandate as it is now")))]
#[post("/v1/mandates/{id}/revoke")]
pub async fn revoke_mandate(call: Call<may::WritePayments>, id: Id<MandateId>, body: Body<EndCreate>) -> Answer {
    call.write(move |tx, ctx| revoke(tx, ctx, id.0, None, &body.0)).await
}

/// Revoke one of your mandates
///
/// Nothing is debited under it any more. What the bank has already, it may still collect.
#[utoipa::path(tag = "me", params(("id" = MandateId, Path)), request_body = EndCreate, responses((status = 200, body = MandateView, description = "The mandate as it is now")))]
#[post("/v1/me/mandates/{id}/revoke")]
pub async fn revoke_my_mandate(call: Call<may::Own>, id: Id<MandateId>, body: Body<EndCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let (_, client) = ctx.client()?;
        revoke(tx, ctx, id.0, Some(client), &body.0)
    })
    .await
}

fn revoke(tx: &mut Db, ctx: &Ctx, id: MandateId, own: Option<ClientId>, why: &EndCreate) -> Outcome<Reply> {
    let mut check = Check::new();
    check.text("/reason", &why.reason, 1..=200);
    check.done()?;
    let mut row = mandates::lock(tx, ctx.scope, id)?;
    if own.is_some_and(|own| own != row.client_id) {
        return Err(Problem::not_found().into());
    }
    end(tx, ctx, &mut row, &why.reason)?;
    Ok(reply(ctx, row))
}

/// Why a mandate for a single collection has ended: by being used.
pub const USED: &str = "it was for one collection";

/// Ends a mandate that is locked; one that has ended stays as it is. Only of one that was used up is it noted that something
/// else has ended it since: a batch that is deleted gives its use back.
pub fn end(tx: &mut Db, ctx: &Ctx, row: &mut MandateRow, why: &str) -> Outcome<()> {
    if row.ended_on.is_some() && (row.ended_because.as_deref() != Some(USED) || why == USED) {
        return Ok(());
    }
    (row.ended_on, row.ended_because) = (row.ended_on.or(Some(ctx.today())), Some(why.into()));
    mandates::save(tx, row)?;
    let about = vec![lapse::todo_key(row.id), registration_key(row.id)];
    todos::settle_all(tx, ctx.scope, about, ctx.now)?;
    ctx.record(tx, "mandate.ended", row.id, json!({ "client_id": row.client_id, "why": why }))
}

/// Lets a mandate rest that is locked, until the client was asked.
pub fn suspend(tx: &mut Db, ctx: &Ctx, row: &mut MandateRow, why: &str) -> Outcome<()> {
    row.suspended_because = Some(why.into());
    mandates::save(tx, row)?;
    ctx.record(tx, "mandate.suspended", row.id, json!({ "client_id": row.client_id, "why": why }))
}

/// Let a mandate be used again
///
/// One that rests, once the client was asked; or one between businesses, once its payer has registered it with its bank.
#[utoipa::path(tag = "bank", params(("id" = MandateId, Path)), responses((status = 200, body = MandateView, description = "The mandate as it is now")))]
#[post("/v1/mandates/{id}/activate")]
pub async fn activate_mandate(call: Call<may::WritePayments>, id: Id<MandateId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = mandates::lock(tx, ctx.scope, id.0)?;
        let state = state(ctx, &row);
        if !matches!(state, MandateState::Suspended | MandateState::Unregistered) {
            let detail = format!("a mandate that is {state} is not activated: a new one is needed if it has ended");
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        (row.suspended_because, row.is_registered) = (None, true);
        mandates::save(tx, &mut row)?;
        todos::settle(tx, ctx.scope, &registration_key(row.id), ctx.now)?;
        ctx.record(tx, "mandate.activated", row.id, json!({ "client_id": row.client_id }))?;
        Ok(reply(ctx, row))
    })
    .await
}

fn reply(ctx: &Ctx, row: MandateRow) -> Reply {
    let version = row.version;
    Reply::ok(&MandateView::new(row, ctx.today())).version(version)
}

/// Where a mandate stands today.
pub fn state(ctx: &Ctx, row: &MandateRow) -> MandateState {
    MandateState::of(&row.terms(), row.suspended_because.is_some(), ctx.today())
}

/// Checks what is to be signed, before anything is written. Places are those of the request.
pub fn check_sign(
    ctx: &Ctx,
    scheme: SddScheme,
    wanted: Option<&MandateSign>,
    client: ClientKind,
) -> Result<(), Problem> {
    let mut check = Check::new();
    let fits = scheme == SddScheme::Core || client == ClientKind::Company;
    check.ensure(fits, "/gateway", "companies_only", "between businesses only: consumers pay under the scheme CORE");
    let Some(wanted) = wanted else {
        check.refuse("/mandate", "required", "an account is debited under a mandate only");
        return check.done();
    };
    let online = ctx.client().is_ok();
    check.ensure(
        wanted.accepted,
        "/mandate/accepted",
        "required",
        "the client has to agree to the text of the mandate",
    );
    if online {
        check.ensure(wanted.signed_on.is_none(), "/mandate/signed_on", "not_wanted", "it is signed now");
        check.ensure(wanted.reference.is_none(), "/mandate/reference", "not_wanted", "the seller numbers mandates");
    }
    let signed_on = wanted.signed_on.unwrap_or(ctx.today());
    check.ensure(signed_on <= ctx.today(), "/mandate/signed_on", "in_the_future", "not after today");
    if let Some(reference) = &wanted.reference {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-?:().,'+".contains(&byte);
        let right = (1..=35).contains(&reference.len()) && reference.bytes().all(allowed);
        check.ensure(right, "/mandate/reference", "invalid_reference", "1 to 35 letters, digits and signs, no blanks");
    }
    check.done()
}

/// Writes the mandate of an account that has just been kept. Its client is locked.
pub fn sign(
    tx: &mut Db,
    ctx: &Ctx,
    (debits, scheme): (&dyn Debits, SddScheme),
    client: &ClientRow,
    method: &PaymentMethodRow,
    wanted: &MandateSign,
) -> Outcome<MandateRow> {
    for mut before in mandates::of_methods(tx, ctx.scope, &[method.id])? {
        end(tx, ctx, &mut before, "another one has been signed")?;
    }
    let reference = match &wanted.reference {
        Some(reference) if mandates::is_taken(tx, ctx.scope, reference)? => {
            return Err(Problem::field("/mandate/reference", "taken", "another mandate has this reference").into());
        }
        Some(reference) => reference.clone(),
        None => next_reference(tx, ctx, client)?,
    };
    let online = ctx.client().is_ok();
    let signed = Some((reference.as_str(), method.label.as_str()));
    let form = MandateForm { debits, scheme, kind: wanted.kind, client: client.id, signed };
    let text = mandate_text(tx, ctx, &form, client.locale)?;
    let row = MandateRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        client_id: client.id,
        payment_method_id: method.id,
        gateway: method.gateway.clone(),
        reference,
        scheme,
        kind: wanted.kind,
        label: method.label.clone(),
        text,
        signed_on: wanted.signed_on.unwrap_or(ctx.today()),
        signed_at: Some(ctx.now).filter(|_| online),
        signed_from: Some(ctx.ip.clone()).filter(|address| online && !address.is_empty()),
        is_consumer: client.kind != ClientKind::Company,
        is_registered: wanted.is_registered,
        last_collected_on: None,
        suspended_because: None,
        ended_on: None,
        ended_because: None,
        created_at: ctx.now,
        version: 1,
        creditor_name: Some(debits.creditor_name().into()),
        creditor_id: debits.creditor_id().map(|id| id.as_str().into()),
    };
    mandates::insert(tx, &row)?;
    if row.terms().awaits_bank() {
        ask_for_registration(tx, ctx, &row)?;
    }
    ctx.record(tx, "mandate.signed", row.id, json!({ "client_id": client.id, "reference": row.reference }))?;
    Ok(row)
}

/// Between businesses the payer's bank debits only what its client has registered there.
fn ask_for_registration(tx: &mut Db, ctx: &Ctx, row: &MandateRow) -> Outcome<()> {
    let todo = Todo {
        unique_key: registration_key(row.id),
        kind: TodoKind::MandateUnregistered,
        title: format!("Mandate {} waits for the payer's bank", row.reference),
        detail: format!(
            "The payer has to register it with its bank; what is due under it waits in the open batch. Once that is done: \
             POST /v1/mandates/{}/activate.",
            row.id
        ),
        subject_id: row.client_id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

fn registration_key(id: MandateId) -> String {
    format!("mandate-registration:{id}")
}

/// `MND-1042-1`; one that was brought along from elsewhere may have that already.
fn next_reference(tx: &mut Db, ctx: &Ctx, client: &ClientRow) -> Outcome<String> {
    let mut number = mandates::count_of_client(tx, ctx.scope, client.id)?;
    loop {
        number += 1;
        let count = u32::try_from(number).unwrap_or(u32::MAX);
        let reference = mandate_reference(&client.number.to_string(), count)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        if !mandates::is_taken(tx, ctx.scope, &reference)? {
            return Ok(reference);
        }
    }
}

/// Why a mandate cannot be used on a day under a scheme, if it cannot.
pub fn fault(row: &MandateRow, scheme: SddScheme, on: chrono::NaiveDate) -> Option<String> {
    if row.scheme != scheme {
        return Some(format!("the mandate was signed for the scheme {}: one for {scheme} is needed", row.scheme));
    }
    if let Some(why) = &row.suspended_because {
        return Some(format!(
            "the mandate rests ({why}): POST /v1/mandates/{}/activate once the client was asked",
            row.id
        ));
    }
    let terms: Mandate = row.terms();
    terms.usable(on).err().map(|problem| problem.detail.to_string())
}
