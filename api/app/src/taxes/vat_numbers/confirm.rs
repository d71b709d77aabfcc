//! Having a number confirmed that decides about the VAT of a purchase: at once for someone who shops, soon for a client
//! that has got a new one.

use crate::events::enqueue::{Task, enqueue};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::taxes::treat::{Taxation, buyer_of};
use crate::taxes::vat_numbers::check::ask;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::events::EventKind;
use comptoir_domain::taxes::{Buyer, TaxReason};
use serde_json::json;

/// Asks about the number of a shopper, if an answer would change its taxes and he does not ask too often. Without an
/// answer the quote goes on without.
pub async fn confirm_for_shopper(state: &AppState, ctx: &Ctx, buyer: &Buyer) -> Result<(), Failure> {
    let Some(number) = buyer.number(ctx.today()) else { return Ok(()) };
    let (asker, asking) = (ctx.clone(), buyer.clone());
    let known = move |db: &mut Db| Ok(Taxation::load(db, &asker, [&asking])?.of(&asking).reason);
    let is_open = state.store.read(known).await? == TaxReason::NumberUnverified;
    let may_ask = || state.limits.check(&format!("vat:{}", ctx.ip), state.settings.sign_ins_per_minute).is_ok();
    if is_open && may_ask() {
        ask(state, ctx, &number).await?;
    }
    Ok(())
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
