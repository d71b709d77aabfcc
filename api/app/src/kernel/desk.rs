//! Where the use cases of one caller are run: what reads sees one consistent state, what writes is one transaction, and
//! what is asked for with a key is done once. A call of the API has a desk, and so has a visit to a store.

use crate::kernel::call::Ctx;
use crate::kernel::idempotency::Once;
use crate::kernel::problem::ApiError;
use crate::kernel::reply::Reply;
use crate::kernel::state::AppState;
use actix_web::web;
use comptoir_db::{Db, Outcome};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A caller, the house, and the key that the request came with.
pub struct Desk {
    /// The house.
    pub state: web::Data<AppState>,
    /// Who calls.
    pub ctx: Arc<Ctx>,
    /// The key, if one was given.
    pub once: Option<Once>,
}

impl Desk {
    /// Runs a use case that only reads.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db, &Ctx) -> Outcome<T> + Send + 'static,
    {
        let ctx = Arc::clone(&self.ctx);
        Ok(self.state.store.read(move |db| work(db, &ctx)).await?)
    }

    /// Runs a use case in one transaction; with a key, once.
    pub async fn write<F>(&self, work: F) -> Result<Reply, ApiError>
    where
        F: Fn(&mut Db, &Ctx) -> Outcome<Reply> + Send + 'static,
    {
        let once = self.once.clone();
        let reply = self.change(move |tx, ctx| match &once {
            Some(once) => once.run(tx, |tx| work(tx, ctx)),
            None => work(tx, ctx),
        });
        let reply = reply.await?;
        if reply.headers.iter().any(|(name, _)| name == "idempotency-replayed") {
            self.state.metrics.replays.inc();
        }
        Ok(reply)
    }

    /// Runs a use case in one transaction, whatever its answer is.
    pub async fn change<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Fn(&mut Db, &Ctx) -> Outcome<T> + Send + 'static,
    {
        let ctx = Arc::clone(&self.ctx);
        let outcome = self.state.store.write(move |tx| work(tx, &ctx)).await?;
        if self.ctx.enqueued.swap(false, Ordering::Relaxed) {
            self.state.wake.notify_one();
        }
        Ok(outcome)
    }
}
