//! What a note can be about: whether an id, given as text, names something of a seller.

use crate::schema::{administrators, clients, contacts, invoices, orders, plans, services, stores, subscriptions};
use crate::{Db, Outcome, Scope};
use comptoir_domain::{
    AdministratorId, ClientId, ContactId, InvoiceId, OrderId, PlanId, ServiceId, StoreId, SubscriptionId,
};
use diesel::dsl::{exists, select};
use diesel::prelude::*;

macro_rules! subjects {
    ($($table:ident: $id:ty),+ $(,)?) => {
        /// Whether the seller has the thing that the text names; `None` if the text is no id of a known kind.
        pub fn exists_in(db: &mut Db, scope: Scope, text: &str) -> Outcome<Option<bool>> {
            $(if let Ok(id) = text.parse::<$id>() {
                let found = $table::table.filter($table::seller_id.eq(scope.seller())).filter($table::id.eq(id));
                return Ok(Some(select(exists(found)).get_result(db)?));
            })+
            Ok(None)
        }
    };
}

subjects! {
    administrators: AdministratorId,
    clients: ClientId,
    contacts: ContactId,
    plans: PlanId,
    stores: StoreId,
    orders: OrderId,
    subscriptions: SubscriptionId,
    services: ServiceId,
    invoices: InvoiceId,
}
