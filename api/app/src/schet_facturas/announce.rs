//! The mails that bring schet-facturas: what stands on them in words, so that they can be read without anything else.

use crate::invoices::announce::Readers;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::mails::readers::Reader;
use crate::mails::{About, Mail, enqueue_about};
use crate::schet_facturas::form::{Form, SchetFacturaRowView};
use crate::schet_facturas::issuer::Issuer;
use crate::schet_facturas::write::Written;
use chrono::NaiveDate;
use comptoir_db::schet_facturas::SchetFacturaRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::mails::MailKind;
use comptoir_domain::schedule::Period;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Mails documents to those who get the documents of their clients.
pub fn announce(tx: &mut Db, ctx: &Ctx, issuer: &Issuer, parties: &Parties, written: &[Written]) -> Outcome<()> {
    let clients: BTreeSet<_> = written.iter().map(|one| one.row.client_id).collect();
    let readers = Readers::load(tx, ctx, parties, &issuer.recipients, &Vec::from_iter(clients))?;
    let mut mails = Vec::with_capacity(written.len());
    for one in written {
        let key = |address: &str| format!("{}:{}:{address}", MailKind::SchetFactura, one.row.id);
        mails.extend(letters(parties, &one.row, &one.form, &readers.of(one.row.client_id)?, key)?);
    }
    enqueue_about(tx, ctx.scope, ctx.now, mails).map(|_| ())
}

/// A mail for each reader, in the language of the client.
pub fn letters<'a>(
    parties: &Parties,
    row: &SchetFacturaRow,
    form: &Form,
    readers: &[Reader<'a>],
    key: impl Fn(&str) -> String,
) -> Outcome<Vec<(About, Mail<'a>)>> {
    let (client, _) = parties.buyer(row.client_id)?;
    let variables = variables(form);
    let letter = |reader: &Reader<'a>| {
        let mail = Mail {
            kind: MailKind::SchetFactura,
            unique_key: key(reader.address),
            recipient: reader.address,
            locale: client.locale,
            format: reader.format,
            variables: variables.clone(),
        };
        (About { client: Some(row.client_id), invoice: None }, mail)
    };
    Ok(readers.iter().map(letter).collect())
}

/// Periods are shown with their last day.
fn last_day(period: Period) -> NaiveDate {
    period.to.pred_opt().unwrap_or(period.to).max(period.from)
}

fn variables(form: &Form) -> Value {
    let line = |row: &SchetFacturaRowView| {
        json!({
            "lineItemQuantity": row.quantity, "lineItemDescription": row.description,
            "lineItemPeriodStart": row.period.map(|period| period.from), "lineItemPeriodEnd": row.period.map(last_day),
            "lineItemPriceAmount": row.unit_price, "lineItemTaxAmount": row.tax, "lineItemTotalAmount": row.gross,
        })
    };
    let corrected: BTreeSet<&str> =
        form.rows.iter().filter_map(|row| row.corrects.as_ref().map(|one| one.number.as_str())).collect();
    json!({
        "documentNumber": form.number, "documentDate": form.issued_on,
        "periodStart": form.period.from, "periodEnd": last_day(form.period),
        "lineItems": form.rows.iter().map(line).collect::<Vec<_>>(),
        "documentNetAmount": form.net, "documentTaxAmount": form.tax, "documentAmount": form.gross,
        "documentCorrects": Vec::from_iter(corrected).join(", "),
    })
}
