//! For whom an event works: the seller that asked for it, or all that are active.

use crate::events::handler::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Scope, sellers};
use comptoir_domain::people::SellerStatus;

/// The system at work for each of these sellers.
pub async fn for_sellers(state: &AppState, event: &EventRow) -> Result<Vec<Ctx>, EventFailure> {
    let only = event.seller_id;
    let whose = move |db: &mut Db| match only {
        Some(seller) => sellers::own(db, Scope::of(seller)).map(|seller| vec![seller]),
        None => sellers::all(db),
    };
    let rows = state.store.read(whose).await?;
    let active = rows.iter().filter(|seller| seller.status == SellerStatus::Active);
    Ok(active.map(|seller| Ctx::system(state, seller, event.id)).collect())
}
