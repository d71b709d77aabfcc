//! Ending what clients were to agree to and have not come back from, by the event that ends payments which wait for their clients.

use crate::events::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payment_methods::agree::{Decided, confirm, decide};
use crate::payment_methods::keep::Keepers;
use chrono::TimeDelta;
use comptoir_db::payment_method_setups::{self as setups, PaymentMethodSetupRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::PaymentMethodSetupId;
use comptoir_domain::payment_methods::SetupState;

/// Those that are looked at together.
const CHUNK: i64 = 200;

/// The next of those that have waited for so many days.
fn next(db: &mut Db, ctx: &Ctx, days: u16, after: Option<PaymentMethodSetupId>) -> Outcome<Vec<PaymentMethodSetupRow>> {
    setups::open_until(db, ctx.scope, ctx.now.plus(-TimeDelta::days(days.into())), after, CHUNK)
}

/// Ends what has waited for so many days. The gateway is asked once more: who has agreed and did not come back has a method.
pub async fn abandon(state: &AppState, ctx: &Ctx, days: u16) -> Result<(), EventFailure> {
    let mut after = None;
    loop {
        let asking = ctx.clone();
        let rows = state.store.read(move |db| next(db, &asking, days, after)).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows {
            if let Err(error) = confirm(state, ctx, row.id, None).await {
                tracing::info!(setup = %row.id, ?error, "nothing heard of a method that is given up");
            }
            let (ctx, keepers) = (ctx.clone(), Keepers::of(state));
            let ended = Decided::Ended(SetupState::Abandoned, "the client did not come back in time".into());
            state.store.write(move |tx| decide(tx, &ctx, &keepers, row.id, &ended).map(drop)).await?;
        }
    }
}

/// Goes through what would be ended.
pub fn each_abandoned(
    db: &mut Db,
    ctx: &Ctx,
    days: u16,
    mut look: impl FnMut(&PaymentMethodSetupRow) -> Outcome<()>,
) -> Outcome<()> {
    let mut after = None;
    loop {
        let rows = next(db, ctx, days, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        rows.iter().try_for_each(&mut look)?;
    }
}
