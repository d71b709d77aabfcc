//! Reading clients.

use crate::clients::views::{ClientList, ClientView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::taxes::treat::TaxStanding;
use actix_web::get;
use comptoir_db::clients::{self, ClientFilter, ClientRow};
use comptoir_db::contacts::ContactRow;
use comptoir_db::{Db, Failure, Outcome, client_groups, contacts};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::people::ClientKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientGroupId, ClientId, Country, Instant};
use std::collections::HashMap;
use std::slice;

/// Which clients.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClientQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<ClientStatus>>, style = Form, explode = false)]
    status: AnyOf<ClientStatus>,
    /// Persons or companies.
    kind: Option<ClientKind>,
    /// In one of these countries.
    #[serde(default)]
    #[param(value_type = Option<Vec<Country>>, style = Form, explode = false)]
    country: AnyOf<Country>,
    /// In the archive or not.
    archived: Option<bool>,
    /// In this group.
    client_group_id: Option<ClientGroupId>,
    /// With this number.
    number: Option<i64>,
    /// Since this instant.
    created_at_gte: Option<Instant>,
    /// Before this instant.
    created_at_lt: Option<Instant>,
}

impl Filters for ClientQuery {
    const SORTS: &'static [&'static str] = &["number", "company"];
}

/// List clients
#[utoipa::path(tag = "clients", params(ListParameters, ClientQuery), responses((status = 200, body = ClientList, description = "A page")))]
#[get("/v1/clients")]
pub async fn list_clients(call: Call<may::ReadClients>, list: List<ClientQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = ClientFilter {
        status: query.status.0.clone(),
        kind: query.kind,
        country: query.country.0.clone(),
        archived: query.archived,
        client_group_id: query.client_group_id,
        number: query.number,
        created_at_gte: query.created_at_gte,
        created_at_lt: query.created_at_lt,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(group) = filter.client_group_id {
            client_groups::find(db, ctx.scope, group)?;
        }
        let slice = clients::list(db, ctx.scope, &filter, &page)?;
        let ids: Vec<_> = slice.rows.iter().map(|row| row.id).collect();
        let primaries = contacts::primary_of(db, ctx.scope, &ids)?;
        let places = client_groups::members(db, ctx.scope, &ids)?;
        let standing = TaxStanding::load(db, ctx, &slice.rows)?;
        Ok((slice, primaries, places, standing))
    };
    let (slice, primaries, mut places, standing) = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let mut primaries: HashMap<ClientId, ContactRow> = primaries.into_iter().map(|row| (row.client_id, row)).collect();
    let data = slice.rows.into_iter().filter_map(|row| {
        let (primary, place) = (primaries.remove(&row.id)?, places.remove(&row.id));
        Some(ClientView::new(row, primary, place, &standing))
    });
    Ok(Reply::ok(&ClientList { data: data.collect(), next_cursor }))
}

/// Get a client
#[utoipa::path(tag = "clients", params(("id" = ClientId, Path)), responses((status = 200, body = ClientView, description = "The client")))]
#[get("/v1/clients/{id}")]
pub async fn get_client(call: Call<may::ReadClients>, id: Id<ClientId>) -> Answer {
    call.read(move |db, ctx| {
        let row = clients::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// The answer that shows a client.
pub fn reply(db: &mut Db, ctx: &Ctx, row: ClientRow) -> Outcome<Reply> {
    let version = row.version;
    let primary = contacts::primary_of(db, ctx.scope, &[row.id])?.into_iter().next();
    let primary = primary.ok_or_else(|| Failure::Corrupt(format!("{} has no primary contact", row.id)))?;
    // what a seller thinks of its clients is not for them to read
    let place = if ctx.client().is_ok() { None } else { Some(client_groups::membership(db, ctx.scope, row.id)?) };
    let standing = TaxStanding::load(db, ctx, slice::from_ref(&row))?;
    Ok(Reply::ok(&ClientView::new(row, primary, place, &standing)).version(version))
}
