//! A new contact of a client.

use crate::contacts::views::{ContactCreate, ContactFields, ContactView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply, passwords};
use actix_web::post;
use comptoir_db::clients;
use comptoir_db::contacts::{self, ContactRow};
use comptoir_domain::people::normal_email;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Locale};
use serde_json::json;

/// Create a contact
#[utoipa::path(tag = "contacts", request_body = ContactCreate, responses((status = 201, body = ContactView, description = "Created")))]
#[post("/v1/contacts")]
pub async fn create_contact(call: Call<may::WriteClients>, body: Body<ContactCreate>) -> Answer {
    let ContactCreate { client_id, mut contact } = body.into_inner();
    let hash = passwords::new_hash("/contact/password", contact.password.take()).await?;
    call.write(move |tx, ctx| {
        let client = clients::find(tx, ctx.scope, client_id)?;
        let row = contact_row(ctx, client.id, client.locale, &contact, hash.clone(), false);
        let mut findings = Check::new();
        check(&row, &mut findings, "/contact");
        findings.done()?;
        contacts::insert(tx, &row).map_err(|failure| failure.or_taken("/contact/email"))?;
        ctx.record(tx, "contact.created", row.id, json!({ "client_id": client.id, "email": row.email }))?;
        let location = format!("/v1/contacts/{}", row.id);
        Ok(Reply::created(&ContactView::from(row), location).version(1))
    })
    .await
}

/// The row of a new contact.
pub fn contact_row(
    ctx: &Ctx,
    client: ClientId,
    locale: Locale,
    wanted: &ContactFields,
    password_hash: Option<String>,
    is_primary: bool,
) -> ContactRow {
    ContactRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        client_id: client,
        is_primary,
        first_name: wanted.first_name.clone(),
        last_name: wanted.last_name.clone(),
        email: normal_email(&wanted.email),
        phone: wanted.phone.clone(),
        locale: wanted.locale.unwrap_or(locale),
        mail_format: wanted.mail_format,
        password_changed_at: password_hash.is_some().then_some(ctx.now),
        password_hash,
        created_at: ctx.now,
        version: 1,
    }
}
