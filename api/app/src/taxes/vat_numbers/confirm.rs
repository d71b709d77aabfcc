//! Having a number confirmed that decides about the VAT of a purchase: at once for someone who shops, soon for a client
//! that has got a new one.

use crate::events::enqueue::{Task, enqueue};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::taxes::treat::{Answers, Taxation, buyer_of};
use crate::taxes::vat_numbers::check::ask;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::events::EventKind;
use comptoir_domain::taxes::{Buyer, NumberFault, TaxReason, in_union};
use comptoir_domain::{ClientId, Country, StoreId};
use serde_json::json;

/// Asks about the number of a shopper, if an answer would change its taxes or the store wants one, and he does not ask too
/// often. Without an answer the quote goes on without.
pub async fn confirm_for_shopper(state: &AppState, ctx: &Ctx, store: StoreId, buyer: &Buyer) -> Result<(), Failure> {
    let Some(number) = buyer.number(ctx.today()) else { return Ok(()) };
    let (asker, asking) = (ctx.clone(), buyer.clone());
    let asks = move |db: &mut Db| {
        let taxation = Taxation::load(db, &asker, [&asking])?;
        let store = stores::find(db, asker.scope, store)?;
        let is_wanted = wants_number(&store, asking.place.country, &asker) && !taxation.answers.is_answered(&asking);
        Ok(is_wanted || taxation.of(&asking).reason == TaxReason::NumberUnverified)
    };
    let is_open = state.store.read(asks).await?;
    let may_ask = || state.limits.check(&format!("vat:{}", ctx.ip), state.settings.sign_ins_per_minute).is_ok();
    if is_open && may_ask() {
        ask(state, ctx, &number).await?;
    }
    Ok(())
}

/// Asks about the number of a client that is about to order from a store that wants one.
pub async fn confirm_for_client(state: &AppState, ctx: &Ctx, store: StoreId, client: ClientId) -> Result<(), Failure> {
    let scope = ctx.scope;
    let client = state.store.read(move |db| clients::find(db, scope, client)).await?;
    confirm_for_shopper(state, ctx, store, &buyer_of(&client)).await
}

/// What a store has against the number of a client (ORD-01, TAX-04); nothing if it does not ask for numbers.
pub fn number_fault(db: &mut Db, ctx: &Ctx, store: &StoreRow, client: &ClientRow) -> Outcome<Option<NumberFault>> {
    if !wants_number(store, client.country, ctx) {
        return Ok(None);
    }
    let buyer = buyer_of(client);
    Ok(Answers::load(db, ctx, [&buyer])?.number_fault(client.kind, &buyer))
}

fn wants_number(store: &StoreRow, country: Country, ctx: &Ctx) -> bool {
    store.require_vat_number && in_union(country, ctx.today())
}

/// Has the number of a client checked soon, if an answer would change its taxes.
pub fn confirm_later(tx: &mut Db, ctx: &Ctx, client: &ClientRow) -> Outcome<()> {
    let buyer = buyer_of(client);
    let Some(number) = buyer.number(ctx.today()) else { return Ok(()) };
    if Taxation::load(tx, ctx, [&buyer])?.of(&buyer).reason != TaxReason::NumberUnverified {
        return Ok(());
    }
    let task = Task {
        kind: EventKind::CheckVatNumber,
        unique_key: format!("check_vat_number:{}:{number}", client.id),
        subject_id: client.id.to_string(),
        payload: json!({}),
        run_at: None,
    };
    enqueue(tx, ctx, vec![task]).map(|_| ())
}
