//! What was sold to private buyers of other members: documents on which it is noted in which member the buyer is.

use crate::schema::invoices;
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::{Currency, InvoiceId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Text};

/// What was sold on a day in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateSales {
    pub on: NaiveDate,
    pub currency: Currency,
    /// Credit notes subtracted.
    pub net_minor: i64,
    /// Without them.
    pub sold_minor: i64,
}

/// A document of a day.
#[derive(Clone, Debug, Queryable)]
pub struct PrivateDocument {
    pub id: InvoiceId,
    pub number: Option<String>,
    pub currency: Currency,
    pub net_minor: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Date)]
    issued_on: NaiveDate,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    net: i64,
    #[diesel(sql_type = BigInt)]
    sold: i64,
}

/// The sums of each day and currency from a day to another, in order.
pub fn private_sales(db: &mut Db, scope: Scope, (from, to): (NaiveDate, NaiveDate)) -> Outcome<Vec<PrivateSales>> {
    let query = diesel::sql_query(
        "SELECT issued_on, currency, CAST(SUM(net_minor) AS BIGINT) AS net, \
                CAST(SUM(CASE WHEN net_minor > 0 THEN net_minor ELSE 0 END) AS BIGINT) AS sold \
         FROM invoices WHERE seller_id = $1 AND private_in IS NOT NULL AND issued_on >= $2 AND issued_on <= $3 \
         GROUP BY issued_on, currency ORDER BY issued_on, currency",
    );
    let query = query.bind::<Binary, _>(scope.seller()).bind::<Date, _>(from).bind::<Date, _>(to);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let sales = |row: Row| {
        let Row { issued_on: on, currency, net: net_minor, sold: sold_minor } = row;
        let currency = currency.parse().map_err(|_| Failure::Corrupt(format!("the currency {currency}")))?;
        Ok(PrivateSales { on, currency, net_minor, sold_minor })
    };
    rows.into_iter().map(sales).collect()
}

/// The documents of a day, in the order in which they were made.
pub fn private_documents(db: &mut Db, scope: Scope, on: NaiveDate) -> Outcome<Vec<PrivateDocument>> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::private_in.is_not_null())
        .filter(invoices::issued_on.eq(on))
        .order(invoices::id);
    let columns = (invoices::id, invoices::number, invoices::currency, invoices::net_minor);
    Ok(found.select(columns).load(db)?)
}
