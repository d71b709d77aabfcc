//! Which of its clients stands for the seller itself, so that it can have subscriptions of its own.

use crate::schema::own_clients;
use crate::{Db, Outcome, Scope};
use comptoir_domain::{ClientId, SellerId};
use diesel::prelude::*;

#[derive(Insertable)]
#[diesel(table_name = own_clients)]
struct OwnClientRow {
    seller_id: SellerId,
    client_id: ClientId,
}

/// The client that stands for the seller, if one is named.
pub fn find(db: &mut Db, scope: Scope) -> Outcome<Option<ClientId>> {
    Ok(own_clients::table.find(scope.seller()).select(own_clients::client_id).get_result(db).optional()?)
}

/// Names the client that stands for the seller, or none.
pub fn replace(db: &mut Db, scope: Scope, client: Option<ClientId>) -> Outcome<()> {
    diesel::delete(own_clients::table.find(scope.seller())).execute(db)?;
    if let Some(client_id) = client {
        let row = OwnClientRow { seller_id: scope.seller(), client_id };
        diesel::insert_into(own_clients::table).values(&row).execute(db)?;
    }
    Ok(())
}
