//! Where numbers come from.

use crate::schema::{invoice_series, invoices};
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::SellerId;
use comptoir_domain::invoices::numbering::{NumberScheme, Series, SeriesKind};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A series of a seller.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invoice_series, treat_none_as_default_value = false)]
pub struct SeriesRow {
    pub seller_id: SellerId,
    pub kind: SeriesKind,
    pub scheme: NumberScheme,
    pub prefix: String,
    pub width: i32,
    pub next: i64,
    pub last_on: Option<NaiveDate>,
    pub version: i64,
}

impl SeriesRow {
    fn new(scope: Scope, kind: SeriesKind, series: &Series, version: i64) -> Outcome<Self> {
        Ok(Self {
            seller_id: scope.seller(),
            kind,
            scheme: series.scheme,
            prefix: series.prefix.clone(),
            width: i32::from(series.width),
            next: count(series)?,
            last_on: series.last_on,
            version,
        })
    }

    fn series(self) -> Outcome<Series> {
        let wrong = |error: std::num::TryFromIntError| Failure::Corrupt(format!("series {}: {error}", self.kind));
        Ok(Series {
            scheme: self.scheme,
            prefix: self.prefix.clone(),
            width: u8::try_from(self.width).map_err(wrong)?,
            next: u64::try_from(self.next).map_err(wrong)?,
            last_on: self.last_on,
        })
    }
}

/// How the seller counts: as its series of invoices says, each year from one if nothing was chosen.
pub fn numbering(db: &mut Db, scope: Scope) -> Outcome<NumberScheme> {
    let row = invoice_series::table.find((scope.seller(), SeriesKind::Invoice));
    let scheme: Option<NumberScheme> = row.select(invoice_series::scheme).first(db).optional()?;
    Ok(scheme.unwrap_or(NumberScheme::YearSeq))
}

/// How often the seller has changed how it counts.
pub fn version(db: &mut Db, scope: Scope) -> Outcome<i64> {
    let row = invoice_series::table.find((scope.seller(), SeriesKind::Invoice)).select(invoice_series::version);
    Ok(row.first(db).optional()?.unwrap_or(0))
}

/// Every series of the seller; one that has not begun stands at its beginning.
pub fn all_series(db: &mut Db, scope: Scope) -> Outcome<BTreeMap<SeriesKind, Series>> {
    let scheme = numbering(db, scope)?;
    let own = invoice_series::table.filter(invoice_series::seller_id.eq(scope.seller()));
    let rows: Vec<SeriesRow> = own.select(SeriesRow::as_select()).load(db)?;
    let mut all: BTreeMap<_, _> = SeriesKind::ALL.iter().map(|kind| (*kind, Series::new(scheme, *kind))).collect();
    for row in rows {
        all.insert(row.kind, row.series()?);
    }
    Ok(all)
}

/// Whether a document that other series have counted has a number that begins so.
pub fn has_number_like(db: &mut Db, scope: Scope, start: &str, but: SeriesKind) -> Outcome<bool> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::number.like(format!("{start}%")))
        .filter(invoices::series.ne(but.as_str()))
        .filter(invoices::series.not_like(format!("{but}:%")));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}

/// The highest count that was given under the name of a series.
pub fn highest_count(db: &mut Db, scope: Scope, series: &str) -> Outcome<u64> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::series.eq(series))
        .order(invoices::sequence.desc())
        .select(invoices::sequence);
    let highest: Option<Option<i64>> = found.first(db).optional()?;
    Ok(highest.flatten().and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Locks a series until the transaction ends, beginning it if there is none.
pub fn lock_series(db: &mut Db, scope: Scope, scheme: NumberScheme, kind: SeriesKind) -> Outcome<Series> {
    let first = SeriesRow::new(scope, kind, &Series::new(scheme, kind), 0)?;
    on!(db, c => diesel::insert_into(invoice_series::table).values(&first).on_conflict_do_nothing().execute(c))?;
    let row: SeriesRow = lock_row!(db, invoice_series::table.find((scope.seller(), kind)), SeriesRow)?;
    row.series()
}

/// Writes back where a locked series stands.
pub fn save_series(db: &mut Db, scope: Scope, kind: SeriesKind, series: &Series) -> Outcome<()> {
    let stands = (
        invoice_series::scheme.eq(series.scheme),
        invoice_series::prefix.eq(&series.prefix),
        invoice_series::width.eq(i32::from(series.width)),
        invoice_series::next.eq(count(series)?),
        invoice_series::last_on.eq(series.last_on),
    );
    diesel::update(invoice_series::table.find((scope.seller(), kind))).set(stands).execute(db)?;
    Ok(())
}

/// Notes that the seller has changed how it counts.
pub fn set_version(db: &mut Db, scope: Scope, version: i64) -> Outcome<()> {
    let own = invoice_series::table.filter(invoice_series::seller_id.eq(scope.seller()));
    diesel::update(own).set(invoice_series::version.eq(version)).execute(db)?;
    Ok(())
}

fn count(series: &Series) -> Outcome<i64> {
    i64::try_from(series.next).map_err(|error| Failure::Corrupt(error.to_string()))
}
