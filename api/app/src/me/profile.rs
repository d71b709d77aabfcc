//! The contact and its client.

use crate::clients::read::reply;
use crate::clients::views::ClientView;
use crate::contacts::views::{ContactPatch, ContactView};
use crate::kernel::{Answer, Body, Call, Ctx, IfMatch, Reply};
use actix_web::{get, patch};
use comptoir_db::contacts::ContactRow;
use comptoir_db::{Db, Outcome, clients, contacts};
use comptoir_domain::permissions::may;
use comptoir_domain::{ContactId, Problem};
use serde_json::json;

/// Get yourself
#[utoipa::path(tag = "me", responses((status = 200, body = ContactView, description = "You")))]
#[get("/v1/me")]
pub async fn get_me(call: Call<may::Own>) -> Answer {
    let row = call.read(|db, ctx| contacts::find(db, ctx.scope, ctx.client()?.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&ContactView::from(row)).version(version))
}

/// Get your client
#[utoipa::path(tag = "me", responses((status = 200, body = ClientView, description = "The client you act for")))]
#[get("/v1/me/client")]
pub async fn get_my_client(call: Call<may::Own>) -> Answer {
    call.read(|db, ctx| {
        let row = clients::find(db, ctx.scope, ctx.client()?.1)?;
        reply(db, ctx, row)
    })
    .await
}

/// Change yourself
#[utoipa::path(tag = "me", request_body = ContactPatch, responses((status = 200, body = ContactView, description = "You, as you are now")))]
#[patch("/v1/me")]
pub async fn update_me(call: Call<may::Own>, seen: IfMatch, body: Body<ContactPatch>) -> Answer {
    call.write(move |tx, ctx| {
        let contact = ctx.client()?.0;
        let row = change_contact(tx, ctx, contact, |row| seen.check(row.version), body.0.clone())?;
        let version = row.version;
        Ok(Reply::ok(&ContactView::from(row)).version(version))
    })
    .await
}

/// Changes the contact who acts, if it is as it was seen.
pub fn change_contact(
    tx: &mut Db,
    ctx: &Ctx,
    contact: ContactId,
    as_seen: impl Fn(&ContactRow) -> Result<(), Problem>,
    patch: ContactPatch,
) -> Outcome<ContactRow> {
    let mut row = contacts::lock(tx, ctx.scope, contact)?;
    as_seen(&row)?;
    patch.apply(&mut row)?;
    contacts::save(tx, &mut row).map_err(|failure| failure.or_taken("/email"))?;
    ctx.record(tx, "contact.updated", row.id, json!({ "email": row.email }))?;
    Ok(row)
}
