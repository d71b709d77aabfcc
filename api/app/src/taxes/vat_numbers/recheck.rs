//! RecheckVatNumbers: asks again about numbers of businesses of other members whose last answer grows old, and about
//! those for which nobody has answered yet. One after the other: VIES blocks those who ask too fast.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::taxes::treat::buyer_of;
use crate::taxes::vat_numbers::check::ask;
use chrono::TimeDelta;
use comptoir_db::events::EventRow;
use comptoir_db::taxes::vat_checks;
use comptoir_db::{Db, Outcome, sellers, settings};
use comptoir_domain::ClientId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::taxes::{VatNumber, in_union, is_in_one_stop_shop};
use serde_json::{Value, json};

/// Clients that are looked at together.
const CHUNK: i64 = 200;

/// Whoever did not answer is left in peace for so long.
const PAUSE: TimeDelta = TimeDelta::hours(1);

/// Asks again, for one seller or for all.
pub async fn recheck_vat_numbers(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut asked = 0;
    for ctx in for_sellers(state, event).await?.into_iter().filter(|_| state.vat_check.is_some()) {
        let mut after = None;
        loop {
            let reader = ctx.clone();
            let Part { last, numbers } = state.store.read(move |db| due(db, &reader, after)).await?;
            for (_, number) in numbers {
                ask(state, &ctx, &number).await?;
                asked += 1;
            }
            let Some(last) = last else { break };
            after = Some(last);
        }
    }
    Ok(json!({ "asked": asked }))
}

/// A part of what is due.
struct Part {
    /// The client that was looked at last; none at the end.
    last: Option<ClientId>,
    /// Clients with their numbers.
    numbers: Vec<(ClientId, VatNumber)>,
}

/// The next numbers that are due.
fn due(db: &mut Db, ctx: &Ctx, after: Option<ClientId>) -> Outcome<Part> {
    let seller = sellers::own(db, ctx.scope)?;
    if !in_union(seller.country, ctx.today()) {
        return Ok(Part { last: None, numbers: Vec::new() });
    }
    let holds = settings::read(db, ctx.scope)?.value.0.taxes.answer_holds_days;
    // a third before the answer is too old, so that there is time when nobody answers
    let answered = ctx.now.plus(-TimeDelta::days(i64::from(holds) * 2 / 3));
    let rows = vat_checks::due(db, ctx.scope, (answered, ctx.now.plus(-PAUSE)), after, CHUNK)?;
    let last = rows.last().map(|row| row.id);
    let today = ctx.today();
    let abroad = rows.into_iter().filter(|row| is_in_one_stop_shop(seller.country, row.country, today));
    let numbers = abroad.filter_map(|row| buyer_of(&row).number(today).map(|number| (row.id, number)));
    Ok(Part { last, numbers: numbers.collect() })
}

/// Which numbers would be asked about.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let mut after = None;
    while state.vat_check.is_some() {
        let Part { last, numbers } = due(db, ctx, after)?;
        numbers.into_iter().try_for_each(|(client, number)| {
            seen.add(ForeseenView::new(client, ForeseenAction::CheckVatNumber, number.to_string()))
        })?;
        let Some(last) = last else { break };
        after = Some(last);
    }
    Ok(())
}
