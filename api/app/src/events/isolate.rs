//! Working through many things in few transactions, without one sick thing keeping the others from being done.

use crate::events::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::todos::{Todo, raise};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::todos::TodoKind;

/// So many things at a time while others write: an order waits for no more than these.
const WHILE_CONTENDED: usize = 80;

/// Does things in one transaction, if that is refused in halves, and so on: says how much was done, and which single
/// things cannot be done, with the reason. While others write, each transaction is short.
pub async fn isolate<T, W>(
    state: &AppState,
    things: Vec<T>,
    work: W,
) -> Result<(usize, Vec<(T, Failure)>), EventFailure>
where
    T: Clone + Send + 'static,
    W: Fn(&mut Db, &[T]) -> Outcome<usize> + Clone + Send + 'static,
{
    let (mut done, mut sick) = (0, Vec::new());
    let mut chunks = vec![things];
    while let Some(mut chunk) = chunks.pop() {
        if chunk.len() > WHILE_CONTENDED && state.store.is_contended() {
            chunks.push(chunk.split_off(WHILE_CONTENDED));
        }
        let (work, part) = (work.clone(), chunk.clone());
        match state.store.write_batch(move |tx| work(tx, &part)).await {
            Ok(count) => done += count,
            Err(failure) if failure.is_retryable() || matches!(failure, Failure::Open(_)) => return Err(failure.into()),
            Err(failure) => match chunk.as_slice() {
                [] => {}
                [one] => sick.push((one.clone(), failure)),
                several => {
                    let (one, other) = several.split_at(several.len() / 2);
                    chunks.extend([other.to_vec(), one.to_vec()]);
                }
            },
        }
    }
    Ok((done, sick))
}

/// Puts what cannot be done before a person, with the reason; the next run tries again.
pub async fn park(
    state: &AppState,
    ctx: &Ctx,
    what: &'static str,
    subject: String,
    failure: &Failure,
) -> Result<(), EventFailure> {
    tracing::error!(subject, %failure, "{what}");
    let todo = Todo {
        unique_key: format!("parked:{what}:{subject}"),
        kind: TodoKind::BillingParked,
        title: what.into(),
        detail: format!("{failure}. Mend it; the next run tries again."),
        subject_id: subject,
    };
    let (scope, now) = (ctx.scope, ctx.now);
    Ok(state.store.write(move |tx| raise(tx, scope, now, todo.clone()).map(|_| ())).await?)
}
