//! A recurring event that goes through what is due: seller by seller, a page at a time, each page in one transaction. What
//! cannot be done is set apart and put before a person, and keeps nothing else from being done.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome};
use std::fmt::Display;

/// What is gone through, and what is done to it. Things are small: ids, which a to-do names by what they print.
pub struct Sweep<T> {
    /// The title of the to-do about one that cannot be done.
    pub trouble: &'static str,
    /// The next things that are due after one; no more than fit into a transaction.
    pub page: fn(&mut Db, &Ctx, Option<T>) -> Outcome<Vec<T>>,
    /// Does what is to be done to some of them; says how much that was.
    pub work: fn(&mut Db, &Ctx, &[T]) -> Outcome<usize>,
}

/// What came of it.
#[derive(Clone, Copy, Default)]
pub struct Swept {
    /// How much was done.
    pub done: usize,
    /// How many things could not be done.
    pub parked: usize,
}

impl<T: Copy + Display + Send + Sync + 'static> Sweep<T> {
    /// Goes through everything, of one seller or of all.
    pub async fn run(&self, state: &AppState, event: &EventRow) -> Result<Swept, EventFailure> {
        let (mut swept, page, work) = (Swept::default(), self.page, self.work);
        for ctx in for_sellers(state, event).await? {
            let mut after = None;
            loop {
                let reading = ctx.clone();
                let due = state.store.read(move |db| page(db, &reading, after)).await?;
                let Some(last) = due.last() else { break };
                after = Some(*last);
                let working = ctx.clone();
                let (done, sick) = isolate(state, due, move |tx, part| work(tx, &working, part)).await?;
                swept = Swept { done: swept.done + done, parked: swept.parked + sick.len() };
                for (thing, failure) in sick {
                    park(state, &ctx, self.trouble, thing.to_string(), &failure).await?;
                }
            }
        }
        Ok(swept)
    }

    /// Shows someone page after page of what is due.
    pub fn look(&self, db: &mut Db, ctx: &Ctx, mut see: impl FnMut(&mut Db, &[T]) -> Outcome<()>) -> Outcome<()> {
        let mut after = None;
        loop {
            let due = (self.page)(db, ctx, after)?;
            let Some(last) = due.last() else { return Ok(()) };
            after = Some(*last);
            see(db, &due)?;
        }
    }
}

/// Does things one by one; says to how many there was something to do.
pub fn each<T: Copy>(things: &[T], mut one: impl FnMut(T) -> Outcome<bool>) -> Outcome<usize> {
    things.iter().try_fold(0, |sum, thing| Ok(sum + usize::from(one(*thing)?)))
}
