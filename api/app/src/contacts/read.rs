//! Reading contacts.

use crate::contacts::views::{ContactList, ContactView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::clients;
use comptoir_db::contacts::{self, ContactFilter};
use comptoir_domain::people::normal_email;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, ContactId};

/// Which contacts.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContactQuery {
    /// Of one client.
    client_id: Option<ClientId>,
    /// With this address.
    email: Option<String>,
}

impl Filters for ContactQuery {
    const SORTS: &'static [&'static str] = &["email", "last_name"];
}

/// List contacts
#[utoipa::path(tag = "contacts", params(ListParameters, ContactQuery), responses((status = 200, body = ContactList, description = "A page")))]
#[get("/v1/contacts")]
pub async fn list_contacts(call: Call<may::ReadClients>, list: List<ContactQuery>) -> Answer {
    let page = list.page.clone();
    let filter =
        ContactFilter { client_id: list.filters.client_id, email: list.filters.email.as_deref().map(normal_email) };
    let work = move |db: &mut comptoir_db::Db, ctx: &crate::kernel::Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        contacts::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&ContactList { data: slice.rows.into_iter().map(ContactView::from).collect(), next_cursor }))
}

/// Get a contact
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), responses((status = 200, body = ContactView, description = "The contact")))]
#[get("/v1/contacts/{id}")]
pub async fn get_contact(call: Call<may::ReadClients>, id: Id<ContactId>) -> Answer {
    let row = call.read(move |db, ctx| contacts::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&ContactView::from(row)).version(version))
}
