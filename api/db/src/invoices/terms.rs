//! What whoever wrote a document by hand has settled about it. Documents without a row are as usual.

use crate::schema::draft_terms;
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::{InvoiceId, SellerId};
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = draft_terms, treat_none_as_default_value = false)]
struct TermsRow {
    seller_id: SellerId,
    invoice_id: InvoiceId,
    dated_on: Option<NaiveDate>,
    price_basis: PriceBasis,
}

/// The terms of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DraftTerms {
    /// The date that it is to bear; the day of issue if none.
    pub dated_on: Option<NaiveDate>,
    /// Whether its unit prices have the taxes inside.
    pub prices: PriceBasis,
}

impl Default for DraftTerms {
    fn default() -> Self {
        Self { dated_on: None, prices: PriceBasis::Net }
    }
}

/// The terms of some documents that have any.
pub fn draft_terms(db: &mut Db, scope: Scope, of: &[InvoiceId]) -> Outcome<HashMap<InvoiceId, DraftTerms>> {
    let found = draft_terms::table
        .filter(draft_terms::seller_id.eq(scope.seller()))
        .filter(draft_terms::invoice_id.eq_any(of.to_vec()));
    let rows: Vec<TermsRow> = found.select(TermsRow::as_select()).load(db)?;
    let terms = |row: TermsRow| (row.invoice_id, DraftTerms { dated_on: row.dated_on, prices: row.price_basis });
    Ok(rows.into_iter().map(terms).collect())
}

/// Writes the terms of a document in place of those it had.
pub fn set_draft_terms(db: &mut Db, scope: Scope, of: InvoiceId, terms: DraftTerms) -> Outcome<()> {
    delete(db, scope, of)?;
    if terms == DraftTerms::default() {
        return Ok(());
    }
    let row =
        TermsRow { seller_id: scope.seller(), invoice_id: of, dated_on: terms.dated_on, price_basis: terms.prices };
    diesel::insert_into(draft_terms::table).values(&row).execute(db)?;
    Ok(())
}

pub(super) fn delete(db: &mut Db, scope: Scope, of: InvoiceId) -> Outcome<()> {
    diesel::delete(draft_terms::table.find((scope.seller(), of))).execute(db)?;
    Ok(())
}
