//! What showed where the buyer of an order was, when it was placed: evidence that is never changed.

use crate::schema::tax_evidence;
use crate::{Db, Outcome, Scope};
use comptoir_domain::taxes::EvidenceKind;
use comptoir_domain::{Country, Instant, OrderId, SellerId};
use diesel::prelude::*;

/// A piece of evidence.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = tax_evidence)]
pub struct TaxEvidenceRow {
    pub seller_id: SellerId,
    pub order_id: OrderId,
    pub kind: EvidenceKind,
    pub country: Country,
    pub noted_at: Instant,
}

/// Writes the evidence of an order.
pub fn insert_all(db: &mut Db, rows: &[TaxEvidenceRow]) -> Outcome<()> {
    insert_many!(db, tax_evidence::table, rows);
    Ok(())
}

/// The evidence of an order.
pub fn of_order(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<Vec<TaxEvidenceRow>> {
    let found = tax_evidence::table
        .filter(tax_evidence::seller_id.eq(scope.seller()))
        .filter(tax_evidence::order_id.eq(order))
        .order(tax_evidence::kind);
    Ok(found.select(TaxEvidenceRow::as_select()).load(db)?)
}
