//! What members of the Union said about VAT numbers: evidence that is added to and never changed.

use crate::clients::ClientRow;
use crate::schema::{clients, vat_checks};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::people::ClientKind;
use comptoir_domain::taxes::VatOutcome;
use comptoir_domain::{ClientId, Instant, SellerId, VatCheckId};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::HashMap;

/// One answer, or that there was none.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = vat_checks, treat_none_as_default_value = false)]
pub struct VatCheckRow {
    pub seller_id: SellerId,
    pub id: VatCheckId,
    pub number: String,
    pub outcome: VatOutcome,
    /// Why there is no answer, in the other side's words.
    pub reason: String,
    /// The number by which the other side can be reminded of it.
    pub consultation: String,
    pub name: String,
    pub address: String,
    pub checked_at: Instant,
}

/// Writes an answer.
pub fn insert(db: &mut Db, row: &VatCheckRow) -> Outcome<()> {
    diesel::insert_into(vat_checks::table).values(row).execute(db)?;
    Ok(())
}

/// The last check of each of some numbers whose outcome is one of these, by one query.
pub fn last(
    db: &mut Db,
    scope: Scope,
    numbers: &[String],
    among: &[VatOutcome],
) -> Outcome<HashMap<String, VatCheckRow>> {
    let later = diesel::alias!(vat_checks as later);
    let newer = later
        .filter(later.field(vat_checks::seller_id).eq(vat_checks::seller_id))
        .filter(later.field(vat_checks::number).eq(vat_checks::number))
        .filter(later.field(vat_checks::outcome).eq_any(among.to_vec()))
        .filter(later.field(vat_checks::checked_at).gt(vat_checks::checked_at));
    let found = vat_checks::table
        .filter(vat_checks::seller_id.eq(scope.seller()))
        .filter(vat_checks::number.eq_any(numbers.to_vec()))
        .filter(vat_checks::outcome.eq_any(among.to_vec()))
        .filter(not(exists(newer)))
        .order(vat_checks::id);
    // of two at the same instant the later one
    let rows = found.select(VatCheckRow::as_select()).load(db)?;
    Ok(rows.into_iter().map(|row| (row.number.clone(), row)).collect())
}

/// The checks of a seller, or of one number.
pub fn list(db: &mut Db, scope: Scope, number: Option<String>, page: &Page) -> Outcome<Slice<VatCheckRow>> {
    let mut query = vat_checks::table.filter(vat_checks::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(number) = number {
        query = query.filter(vat_checks::number.eq(number));
    }
    Ok(keyset!(db, query, page, vat_checks::id: VatCheckId, VatCheckRow, {}))
}

/// Businesses with a number about which nothing is known since `answered`, and nobody was asked since `asked`; a part at
/// a time, in the order of their ids.
pub fn due(
    db: &mut Db,
    scope: Scope,
    (answered, asked): (Instant, Instant),
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientRow>> {
    let is_answer = vat_checks::outcome.ne(VatOutcome::Unavailable);
    let known = vat_checks::table
        .filter(vat_checks::seller_id.eq(clients::seller_id))
        .filter(vat_checks::number.eq(clients::vat_number))
        .filter(is_answer.and(vat_checks::checked_at.gt(answered)).or(vat_checks::checked_at.gt(asked)));
    let mut wanted = clients::table
        .filter(clients::seller_id.eq(scope.seller()))
        .filter(clients::kind.eq(ClientKind::Company))
        .filter(clients::vat_number.ne(""))
        .filter(clients::archived_at.is_null())
        .filter(not(exists(known)))
        .order(clients::id)
        .limit(limit)
        .select(ClientRow::as_select())
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        wanted = wanted.filter(clients::id.gt(after));
    }
    Ok(wanted.load(db)?)
}
