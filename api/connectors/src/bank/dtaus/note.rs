//! The signed sheet that goes with a file (Begleitzettel), in the words of the German banks. Pure.

use super::map::{Own, Sums, files};
use super::{Dtaus, NAME, Order};
use crate::bank::batch::Batch;
use chrono::NaiveDate;
use comptoir_domain::Result;

/// Letters of what stands before a value.
const LABEL: usize = 36;

/// Where something is written by hand.
const BY_HAND: &str = "______________________________";

/// One page for each logical file, the next on a new sheet.
pub(super) fn text(format: Dtaus, batch: &Batch) -> Result<String> {
    let (own, files) = files(format, batch)?;
    let pages: Result<Vec<String>> =
        files.iter().map(|(due, payments)| Ok(page(format, batch, &own, *due, &Sums::of(payments)?))).collect();
    Ok(pages?.join("\u{c}"))
}

fn page(format: Dtaus, batch: &Batch, own: &Own, due: NaiveDate, sums: &Sums) -> String {
    let date = |day: NaiveDate| day.format("%d.%m.%Y").to_string();
    let lines = [
        ("Datei", NAME.to_string()),
        ("Auftraggeber", own.names.join(" ")),
        ("Beauftragtes Kreditinstitut (BLZ)", own.account.blz().to_string()),
        ("Konto des Auftraggebers", own.account.konto().to_string()),
        ("Erstellt am", date(batch.created.date())),
        ("Auszuführen am", date(due)),
        ("Anzahl der Datensätze C", sums.payments.to_string()),
        ("Summe der Beträge in EUR", sums.amount.decimal().to_string().replace('.', ",")),
        ("Kontrollsumme der Kontonummern", sums.accounts.to_string()),
        ("Kontrollsumme der Bankleitzahlen", sums.banks.to_string()),
        ("Ort, Datum", BY_HAND.into()),
        ("Firma, Unterschrift", BY_HAND.into()),
    ];
    let lines = lines.map(|(label, value)| format!("{label:<LABEL$}{value}\n")).concat();
    format!("Begleitzettel\nBelegloser Datenträgeraustausch\n{}\n\n{lines}", title(format.order))
}

const fn title(order: Order) -> &'static str {
    match order {
        Order::Debit | Order::OrderedDebit => "Sammel-Einziehungsauftrag",
        Order::Transfer => "Sammel-Überweisungsauftrag",
    }
}
