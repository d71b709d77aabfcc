//! What businesses of other members owe the VAT for themselves.

use super::Words;
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::Currency;
use comptoir_domain::taxes::TaxNote;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Nullable, Text};

/// What was supplied to one business in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcSale {
    /// None if it was taken from the client before the document was issued.
    pub vat_number: Option<String>,
    pub currency: Currency,
    /// Invoices and credit notes.
    pub documents: i64,
    pub net_minor: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    vat_number: Option<String>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    documents: i64,
    #[diesel(sql_type = BigInt)]
    net: i64,
}

/// What was supplied under the reverse charge on documents issued from a day to another, by the VAT number on the document
/// and currency. Credit notes are subtracted, under the number on the invoice that they correct.
pub fn ec_sales(db: &mut Db, scope: Scope, (from, to): (NaiveDate, NaiveDate)) -> Outcome<Vec<EcSale>> {
    let words = Words::of(db);
    let sql = format!(
        "SELECT NULLIF(COALESCE({original}, {own}), '') AS vat_number, i.currency AS currency, \
                COUNT(DISTINCT i.id) AS documents, {net} AS net \
         FROM invoices i CROSS JOIN {each} t \
         LEFT JOIN invoices o ON o.seller_id = i.seller_id AND o.id = i.credits_invoice_id \
         WHERE i.seller_id = $1 AND i.issued_on >= $2 AND i.issued_on <= $3 AND {note} = $4 \
         GROUP BY 1, 2 ORDER BY 1, 2",
        original = words.buyer("o", "vat_number"),
        own = words.buyer("i", "vat_number"),
        net = words.sum("base.amount"),
        each = words.each_tax,
        note = words.tax("note"),
    );
    let query = diesel::sql_query(sql)
        .bind::<Binary, _>(scope.seller())
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Text, _>(TaxNote::ReverseCharge.as_str());
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let sale = |row: Row| {
        let Row { vat_number, currency, documents, net } = row;
        let currency = currency.parse().map_err(|_| Failure::Corrupt(format!("the currency {currency}")))?;
        Ok(EcSale { vat_number, currency, documents, net_minor: net })
    };
    rows.into_iter().map(sale).collect()
}
