//! Making the pages of a store anew.

use crate::kernel::{Answer, Call, Id, Reply};
use crate::stores::site::address;
use actix_web::post;
use comptoir_db::{sellers, stores};
use comptoir_domain::StoreId;
use comptoir_domain::permissions::may;

/// What a build did.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct StoreBuildView {
    /// Where the store is.
    #[schema(example = "https://shop.example.com/stores/dupont/boutique/")]
    pub address: String,
    /// Files that are new or differ.
    pub written: u64,
    /// Files left as they were.
    pub kept: u64,
}

/// Make the pages of a store anew
///
/// Pages follow the catalogue by themselves; this is for changes of the store's own templates, texts and pictures, and to
/// see that they are right. Visitors see all of the old or all of the new.
#[utoipa::path(tag = "stores", params(("id" = StoreId, Path)), responses((status = 200, body = StoreBuildView, description = "Made")))]
#[post("/v1/stores/{id}/build")]
pub async fn build_store(call: Call<may::WriteStores>, id: Id<StoreId>) -> Answer {
    let find = move |db: &mut comptoir_db::Db, ctx: &crate::kernel::Ctx| {
        Ok((sellers::own(db, ctx.scope)?, stores::find(db, ctx.scope, id.0)?))
    };
    let (seller, store) = call.read(find).await?;
    let built = call.state().shelf.build(call.state(), seller.id, store.id).await?;
    let (origin, base) = address(&call.state().settings.public_url, &seller.code, &store.code);
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let view =
        StoreBuildView { address: format!("{origin}{base}"), written: count(built.written), kept: count(built.kept) };
    Ok(Reply::ok(&view))
}
