//! Where numbers come from.

use crate::schema::invoice_series;
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::SellerId;
use comptoir_domain::invoices::numbering::{NumberScheme, Series, SeriesKind};
use diesel::prelude::*;

/// A series of a seller.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invoice_series, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(seller_id, kind))]
pub struct SeriesRow {
    pub seller_id: SellerId,
    pub kind: SeriesKind,
    pub scheme: NumberScheme,
    pub prefix: String,
    pub width: i32,
    pub next: i64,
    pub last_on: Option<NaiveDate>,
}

impl SeriesRow {
    fn new(scope: Scope, kind: SeriesKind, series: &Series) -> Outcome<Self> {
        let next = i64::try_from(series.next).map_err(|error| Failure::Corrupt(error.to_string()))?;
        Ok(Self {
            seller_id: scope.seller(),
            kind,
            scheme: series.scheme,
            prefix: series.prefix.clone(),
            width: i32::from(series.width),
            next,
            last_on: series.last_on,
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

/// Locks a series until the transaction ends, beginning it if there is none.
pub fn lock_series(db: &mut Db, scope: Scope, scheme: NumberScheme, kind: SeriesKind) -> Outcome<Series> {
    let first = SeriesRow::new(scope, kind, &Series::new(scheme, kind))?;
    on!(db, c => diesel::insert_into(invoice_series::table).values(&first).on_conflict_do_nothing().execute(c))?;
    let row: SeriesRow = lock_row!(db, invoice_series::table.find((scope.seller(), kind)), SeriesRow)?;
    row.series()
}

/// Writes back where a locked series stands.
pub fn save_series(db: &mut Db, scope: Scope, kind: SeriesKind, series: &Series) -> Outcome<()> {
    let row = SeriesRow::new(scope, kind, series)?;
    diesel::update(invoice_series::table.find((scope.seller(), kind))).set(&row).execute(db)?;
    Ok(())
}
