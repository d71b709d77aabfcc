//! What is known of clients that rules may ask for.

use crate::schema::client_properties;
use crate::{Db, Outcome, Scope};
use comptoir_domain::client_properties::ClientProperty;
use comptoir_domain::{ClientId, SellerId};
use diesel::prelude::*;

/// A property. It is part of the client: whoever changes it has locked the client.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_properties)]
struct PropertyRow {
    seller_id: SellerId,
    client_id: ClientId,
    name: String,
    value: String,
    is_active: bool,
}

/// The properties of a client, by name.
pub fn of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<ClientProperty>> {
    let found = client_properties::table
        .filter(client_properties::seller_id.eq(scope.seller()))
        .filter(client_properties::client_id.eq(client))
        .order(client_properties::name)
        .select(PropertyRow::as_select());
    let property = |PropertyRow { name, value, is_active, .. }| ClientProperty { name, value, is_active };
    Ok(found.load(db)?.into_iter().map(property).collect())
}

/// Puts other properties in place of those of a client.
pub fn replace(db: &mut Db, scope: Scope, client: ClientId, properties: &[ClientProperty]) -> Outcome<()> {
    let old = client_properties::table
        .filter(client_properties::seller_id.eq(scope.seller()))
        .filter(client_properties::client_id.eq(client));
    diesel::delete(old).execute(db)?;
    let row = |property: &ClientProperty| PropertyRow {
        seller_id: scope.seller(),
        client_id: client,
        name: property.name.clone(),
        value: property.value.clone(),
        is_active: property.is_active,
    };
    let rows: Vec<PropertyRow> = properties.iter().map(row).collect();
    insert_many!(db, client_properties::table, rows, 5);
    Ok(())
}
