//! Methods that their clients have to agree to before they are stored.

use crate::schema::payment_method_setups;
use crate::{Db, DbBackend, Json, Outcome, Scope};
use comptoir_domain::payment_methods::SetupState;
use comptoir_domain::{ClientId, Instant, PaymentMethodId, PaymentMethodSetupId, SellerId};
use diesel::prelude::*;

/// A method that its client has to agree to at a page of his bank or of the gateway.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payment_method_setups, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct PaymentMethodSetupRow {
    pub seller_id: SellerId,
    /// Also our reference at the gateway.
    pub id: PaymentMethodSetupId,
    pub client_id: ClientId,
    pub gateway: String,
    /// By what the gateway is asked, sealed; none once it is decided.
    pub handle_sealed: Option<String>,
    /// Where to send the client's browser.
    pub redirect_to: String,
    /// What it has to post there.
    pub redirect_fields: Json<Vec<(String, String)>>,
    pub state: SetupState,
    /// Why it was refused.
    pub message: String,
    /// The method that was stored; it may have been forgotten since.
    pub payment_method_id: Option<PaymentMethodId>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(payment_method_setups, PaymentMethodSetupRow, PaymentMethodSetupId);

/// What was begun until a moment and is still open, by id, after one of them.
pub fn open_until(
    db: &mut Db,
    scope: Scope,
    moment: Instant,
    after: Option<PaymentMethodSetupId>,
    limit: i64,
) -> Outcome<Vec<PaymentMethodSetupRow>> {
    let mut found = payment_method_setups::table
        .filter(payment_method_setups::seller_id.eq(scope.seller()))
        .filter(payment_method_setups::state.eq(SetupState::Open))
        .filter(payment_method_setups::created_at.le(moment))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(payment_method_setups::id.gt(after));
    }
    let found = found.order(payment_method_setups::id).limit(limit);
    Ok(found.select(PaymentMethodSetupRow::as_select()).load(db)?)
}

/// What of a client is still open, oldest first.
pub fn open_of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<PaymentMethodSetupRow>> {
    let found = payment_method_setups::table
        .filter(payment_method_setups::seller_id.eq(scope.seller()))
        .filter(payment_method_setups::state.eq(SetupState::Open))
        .filter(payment_method_setups::client_id.eq(client))
        .order(payment_method_setups::id);
    Ok(found.select(PaymentMethodSetupRow::as_select()).load(db)?)
}
