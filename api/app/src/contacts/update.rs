//! Changing contacts, choosing the primary one, removing one, sending a link for a new password.

use crate::contacts::views::{ContactPatch, ContactView};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::password_resets::{clients_page, send_link};
use actix_web::{delete, patch, post};
use comptoir_db::sessions::Holder;
use comptoir_db::{clients, contacts};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, ContactId, Problem};
use serde_json::json;

/// Change a contact
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), request_body = ContactPatch, responses((status = 200, body = ContactView, description = "The contact as it is now")))]
#[patch("/v1/contacts/{id}")]
pub async fn update_contact(
    call: Call<may::WriteClients>,
    id: Id<ContactId>,
    seen: IfMatch,
    body: Body<ContactPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = contacts::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        body.0.clone().apply(&mut row)?;
        contacts::save(tx, &mut row).map_err(|failure| failure.or_taken("/email"))?;
        ctx.record(tx, "contact.updated", row.id, json!({ "email": row.email }))?;
        let version = row.version;
        Ok(Reply::ok(&ContactView::from(row)).version(version))
    })
    .await
}

/// Make a contact the primary one
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), responses((status = 200, body = ContactView, description = "It is the primary contact now")))]
#[post("/v1/contacts/{id}/make-primary")]
pub async fn make_contact_primary(call: Call<may::WriteClients>, id: Id<ContactId>) -> Answer {
    call.write(move |tx, ctx| {
        let seen = contacts::find(tx, ctx.scope, id.0)?;
        // the client's row orders those who choose at once
        clients::lock(tx, ctx.scope, seen.client_id)?;
        let mut row = contacts::lock(tx, ctx.scope, id.0)?;
        if !row.is_primary {
            contacts::clear_primary(tx, ctx.scope, row.client_id)?;
            row.is_primary = true;
            contacts::save(tx, &mut row)?;
            ctx.record(tx, "contact.made_primary", row.id, json!({ "client_id": row.client_id }))?;
        }
        let version = row.version;
        Ok(Reply::ok(&ContactView::from(row)).version(version))
    })
    .await
}

/// Delete a contact
///
/// The primary contact stays until another one is primary.
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/contacts/{id}")]
pub async fn delete_contact(call: Call<may::WriteClients>, id: Id<ContactId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = contacts::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.is_primary {
            return Err(Problem::new(Code::InUse, "make another contact the primary one first").into());
        }
        contacts::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "contact.deleted", row.id, json!({ "client_id": row.client_id }))?;
        Ok(Reply::no_content())
    })
    .await
}

/// Mail a contact a link to set a password
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), responses((status = 202, description = "It will be mailed")))]
#[post("/v1/contacts/{id}/send-password-link")]
pub async fn send_contact_password_link(call: Call<may::WriteClients>, id: Id<ContactId>) -> Answer {
    let public_url = call.state().settings.public_url.clone();
    call.write(move |tx, ctx| {
        let row = contacts::find(tx, ctx.scope, id.0)?;
        let page = clients_page(tx, ctx.scope, &public_url)?;
        send_link(tx, ctx.scope, ctx.machine_now, Holder::Contact(row.id), &row.email, row.locale, &page)?;
        ctx.record(tx, "contact.password_link_sent", row.id, json!({}))?;
        Ok(Reply::accepted())
    })
    .await
}
