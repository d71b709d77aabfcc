//! A new group of clients.

use crate::client_groups::views::{ClientGroupCreate, ClientGroupView, check};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::client_groups::{self, ClientGroupRow};
use comptoir_db::sellers::SellerRow;
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::Percent;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create a client group
///
/// Clients are put into it one by one: `group` of the client.
#[utoipa::path(tag = "client_groups", request_body = ClientGroupCreate, responses((status = 201, body = ClientGroupView, description = "Created")))]
#[post("/v1/client-groups")]
pub async fn create_client_group(call: Call<may::WriteClientGroups>, body: Body<ClientGroupCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        let row = ClientGroupRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name: wanted.name,
            is_default: false,
            maximum_discount: wanted.maximum_discount,
            guaranteed_discount: wanted.guaranteed_discount,
            exempt_from_suspension: wanted.exempt_from_suspension,
            dunning: wanted.dunning.map(Json),
            created_at: ctx.now,
            version: 1,
        };
        check(&row)?;
        client_groups::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "client_group.created", row.id, json!({ "name": row.name, "terms": row.terms() }))?;
        let location = format!("/v1/client-groups/{}", row.id);
        Ok(Reply::created(&ClientGroupView::from(row), location).version(1))
    })
    .await
}

/// Writes the group that a new seller begins with: it limits nothing and guarantees nothing.
pub fn open_default(tx: &mut Db, seller: &SellerRow) -> Outcome<()> {
    let row = ClientGroupRow {
        seller_id: seller.id,
        id: fresh(),
        name: "Standard".into(),
        is_default: true,
        maximum_discount: None,
        guaranteed_discount: Percent::default(),
        exempt_from_suspension: false,
        dunning: None,
        created_at: seller.created_at,
        version: 1,
    };
    client_groups::insert(tx, &row)
}
