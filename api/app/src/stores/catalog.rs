//! The public catalogue of a store: what widgets and other web sites show.

use crate::kernel::{Answer, Call, Reply};
use crate::stores::site::read;
use actix_web::get;
use comptoir_db::{sellers, stores};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem};
use comptoir_storefront::StoreSite;

/// Get the catalogue of a store
///
/// Everything that shoppers may see, with today's prices. Send the store's publishable key as bearer. Order with ids:
/// prices are never read back.
#[utoipa::path(tag = "stores", responses((status = 200, body = StoreSite, description = "The store with all it offers")))]
#[get("/v1/store/catalog")]
pub async fn get_store_catalog(call: Call<may::Shop>) -> Answer {
    let public_url = call.state().settings.public_url.clone();
    let work = move |db: &mut comptoir_db::Db, ctx: &crate::kernel::Ctx| {
        let (seller, store) = (sellers::own(db, ctx.scope)?, stores::find(db, ctx.scope, ctx.store()?)?);
        if !store.is_open {
            return Err(Problem::new(Code::Conflict, "the store is closed").into());
        }
        read(db, ctx, &seller, &store, &public_url)
    };
    Ok(Reply::ok(&call.read(work).await?))
}
