//! What taxes came to.

use super::Words;
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::taxes::TaxNote;
use comptoir_domain::{Country, Currency, Rate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Nullable, Text};

/// What one tax came to on some documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxSum {
    pub country: Country,
    pub policy: String,
    /// None where nothing was charged because of the note.
    pub rule: Option<String>,
    pub name: String,
    pub rate: Rate,
    pub note: Option<TaxNote>,
    pub currency: Currency,
    /// The day of issue of the document that these correct, if they do.
    pub corrects: Option<NaiveDate>,
    pub base_minor: i64,
    pub tax_minor: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    country: String,
    #[diesel(sql_type = Text)]
    policy: String,
    #[diesel(sql_type = Nullable<Text>)]
    rule: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    rate: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Date>)]
    corrects: Option<NaiveDate>,
    #[diesel(sql_type = BigInt)]
    base: i64,
    #[diesel(sql_type = BigInt)]
    tax: i64,
}

impl Row {
    fn sum(self) -> Outcome<TaxSum> {
        fn read<T: std::str::FromStr>(text: &str) -> Outcome<T> {
            text.parse().map_err(|_| Failure::Corrupt(format!("{text} in the taxes of a document")))
        }
        Ok(TaxSum {
            country: read(&self.country)?,
            policy: self.policy,
            rule: self.rule,
            name: self.name,
            rate: serde_json::from_str(&self.rate).map_err(|error| Failure::Corrupt(error.to_string()))?,
            note: self.note.as_deref().map(read).transpose()?,
            currency: read(&self.currency)?,
            corrects: self.corrects,
            base_minor: self.base,
            tax_minor: self.tax,
        })
    }
}

/// The taxes on documents issued from a day to another, credit notes subtracted: by country, policy, rule, name, rate, note
/// and currency. Credit notes on documents of another quarter stand apart if `corrections_before` is the first day of
/// this one.
pub fn taxes(
    db: &mut Db,
    scope: Scope,
    (from, to): (NaiveDate, NaiveDate),
    corrections_before: Option<NaiveDate>,
) -> Outcome<Vec<TaxSum>> {
    let words = Words::of(db);
    let texts = ["policy", "rule", "name", "rate", "note"].map(|path| format!("{} AS {path}", words.tax(path)));
    let sql = format!(
        "SELECT COALESCE(i.taxed_in, {buyer}) AS country, {texts}, i.currency AS currency, \
                CASE WHEN o.issued_on < $1 THEN o.issued_on END AS corrects, {base} AS base, {tax} AS tax \
         FROM invoices i CROSS JOIN {each} t \
         LEFT JOIN invoices o ON o.seller_id = i.seller_id AND o.id = i.credits_invoice_id \
         WHERE i.seller_id = $2 AND i.issued_on >= $3 AND i.issued_on <= $4 \
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 4, 5, 3, 7, 8",
        each = words.each_tax,
        buyer = words.buyer("i", "address.country"),
        texts = texts.join(", "),
        base = words.sum("base.amount"),
        tax = words.sum("amount.amount"),
    );
    let query = diesel::sql_query(sql)
        .bind::<Nullable<Date>, _>(corrections_before)
        .bind::<Binary, _>(scope.seller())
        .bind::<Date, _>(from)
        .bind::<Date, _>(to);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    rows.into_iter().map(Row::sum).collect()
}
