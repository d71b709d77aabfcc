//! What is known of a client that rules may ask for (CLI-10). Properties are read and saved all together, and are part of
//! the client: its version is theirs.

use crate::kernel::call::Ctx;
use crate::kernel::routes::Routes;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::named_values::{PropertiesReplace, PropertiesView};
use actix_web::{get, put};
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome, client_properties, clients};
use comptoir_domain::named_values::check_all;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId};
use serde_json::json;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(get_client_properties).service(replace_client_properties);
}

/// Get the properties of a client
#[utoipa::path(tag = "client_properties", params(("id" = ClientId, Path)), responses((status = 200, body = PropertiesView, description = "The properties")))]
#[get("/v1/clients/{id}/properties")]
pub async fn get_client_properties(call: Call<may::ReadClients>, id: Id<ClientId>) -> Answer {
    call.read(move |db, ctx| {
        let client = clients::find(db, ctx.scope, id.0)?;
        reply(db, ctx, &client)
    })
    .await
}

/// Replace the properties of a client
///
/// What is left out is gone. Orders from now on are held against them; subscriptions keep what they were promised.
#[utoipa::path(tag = "client_properties", params(("id" = ClientId, Path)), request_body = PropertiesReplace,
    responses((status = 200, body = PropertiesView, description = "The properties as they are now")))]
#[put("/v1/clients/{id}/properties")]
pub async fn replace_client_properties(
    call: Call<may::WriteClients>,
    id: Id<ClientId>,
    seen: IfMatch,
    body: Body<PropertiesReplace>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut client = clients::lock(tx, ctx.scope, id.0)?;
        seen.check(client.version)?;
        let properties = &body.0.properties;
        let mut check = Check::new();
        check_all(&mut check, properties);
        check.done()?;
        client_properties::replace(tx, ctx.scope, client.id, properties)?;
        clients::save(tx, &mut client)?;
        ctx.record(tx, "client.properties_replaced", client.id, json!({ "properties": properties }))?;
        reply(tx, ctx, &client)
    })
    .await
}

fn reply(db: &mut Db, ctx: &Ctx, client: &ClientRow) -> Outcome<Reply> {
    let properties = client_properties::of(db, ctx.scope, client.id)?;
    Ok(Reply::ok(&PropertiesView { properties }).version(client.version))
}
