//! What came of charges: recorded together, or one by one if that is refused, and counted.

use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payment_methods::keep;
use crate::payments::settle::{Asked, settle};
use crate::payments::{Answered, settle_many};
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Failure, Outcome};
use comptoir_domain::payments::TransactionState;
use serde_json::{Value, json};

/// How many charges ended how.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    /// Payments that gateways were asked about before.
    pub checked: usize,
    /// Taken.
    pub approved: usize,
    /// Reserved.
    pub authorised: usize,
    /// Declined, or the gateway failed.
    pub refused: usize,
    /// Not decided yet, or nobody knows.
    pub undecided: usize,
}

impl Tally {
    /// One more.
    pub fn count(&mut self, state: Option<TransactionState>) {
        let counter = match state {
            Some(TransactionState::Authorised) => &mut self.authorised,
            Some(TransactionState::Declined | TransactionState::Error) => &mut self.refused,
            Some(state) if state.is_taken() => &mut self.approved,
            _ => &mut self.undecided,
        };
        *counter += 1;
    }

    /// The charges of another run.
    pub fn add(&mut self, other: &Self) {
        self.checked += other.checked;
        self.approved += other.approved;
        self.authorised += other.authorised;
        self.refused += other.refused;
        self.undecided += other.undecided;
    }

    /// As it is told.
    pub fn told(&self) -> Value {
        json!({ "checked": self.checked, "approved": self.approved, "authorised": self.authorised, "refused": self.refused, "undecided": self.undecided })
    }
}

/// Records answers, in their order; nothing for one that could not be recorded: the next run asks the gateway about it.
pub async fn record(state: &AppState, ctx: &Ctx, answers: &[Answered]) -> Outcome<Vec<Option<TransactionRow>>> {
    let (recording, all) = (ctx.clone(), answers.to_vec());
    let rows = match state.store.write_batch(move |tx| settle_many(tx, &recording, &all)).await {
        Ok(rows) => rows.into_iter().map(Some).collect(),
        Err(failure) if is_passing(&failure) => return Err(failure),
        Err(failure) => {
            tracing::warn!(%failure, "answers are recorded one by one");
            one_by_one(state, ctx, answers).await?
        }
    };
    for (row, answered) in rows.iter().zip(answers) {
        if let Some(row) = row {
            keep(state, ctx, row, &answered.answer).await?;
        }
    }
    Ok(rows)
}

async fn one_by_one(state: &AppState, ctx: &Ctx, answers: &[Answered]) -> Outcome<Vec<Option<TransactionRow>>> {
    let mut rows = Vec::with_capacity(answers.len());
    for answered in answers {
        let (recording, one) = (ctx.clone(), answered.clone());
        let work = move |tx: &mut _| settle(tx, &recording, one.id, Asked::Start, &one.answer);
        match state.store.write_batch(work).await {
            Ok(row) => rows.push(Some(row)),
            Err(failure) if is_passing(&failure) => return Err(failure),
            Err(failure) => {
                tracing::error!(transaction = %answered.id, %failure, "an answer could not be recorded");
                rows.push(None);
            }
        }
    }
    Ok(rows)
}

/// Whether it is the database that fails, and not what was to be written.
pub fn is_passing(failure: &Failure) -> bool {
    failure.is_retryable() || matches!(failure, Failure::Open(_))
}
