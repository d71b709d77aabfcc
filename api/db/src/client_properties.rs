//! What is known of clients that rules may ask for.

use crate::schema::client_properties;
use crate::{Db, Outcome, Scope};
use comptoir_domain::ClientId;
use comptoir_domain::named_values::NamedValue;
use diesel::prelude::*;

named_values!(client_properties, client_id: ClientId);

/// The active properties of some clients that have one of these names.
pub fn named(
    db: &mut Db,
    scope: Scope,
    clients: &[ClientId],
    names: &[&str],
) -> Outcome<Vec<(ClientId, String, String)>> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let found = client_properties::table
        .filter(client_properties::seller_id.eq(scope.seller()))
        .filter(client_properties::client_id.eq_any(clients.to_vec()))
        .filter(client_properties::name.eq_any(names))
        .filter(client_properties::is_active.eq(true))
        .select((client_properties::client_id, client_properties::name, client_properties::value));
    Ok(found.load(db)?)
}
