//! The batches behind the files of the format pages.

use super::*;
use crate::bank::dtaus::{Dtaus, Order};
use crate::bank::norma19::{Charset, LineEnd, Norma19};
use crate::bank::sepa::{AddressStyle, PainVersion, SepaDebits};
use comptoir_domain::bank::{Iban, SddScheme, Sequence};
use comptoir_domain::{Currency, Money};

pub fn iban(text: &str) -> Iban {
    Iban::parse(text).unwrap()
}

pub fn eur(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

pub fn payer(name: &str, number: Option<&str>) -> Payer {
    Payer { name: name.into(), number: number.map(Into::into), address: None }
}

pub fn debit(id: &str, cents: i64, payer: Payer, account: &str, texts: &[&str]) -> Debit {
    Debit {
        end_to_end_id: id.into(),
        amount: eur(cents),
        collection_date: "2026-11-30".parse().unwrap(),
        payer,
        account: iban(account),
        bic: None,
        mandate: None,
        texts: texts.iter().map(|text| text.to_string()).collect(),
        reference: None,
    }
}

pub fn batch(name: &str, account: &str, debits: Vec<Debit>) -> Batch {
    Batch {
        id: "BATCH-20261123-1".into(),
        created: "2026-11-23T10:00:00".parse().unwrap(),
        creditor: Creditor { name: name.into(), account: iban(account), bic: None, address: None, on_behalf_of: None },
        debits,
    }
}

pub fn spanish() -> Norma19 {
    Norma19 {
        tax_id: "B12345674".into(),
        suffix: "000".into(),
        charset: Charset::Cp850,
        line_end: LineEnd::CrLf,
        include_address: true,
    }
}

/// Three receipts, not in the order of the file; one with all 16 texts and an address.
pub fn spanish_batch() -> Batch {
    let address = Address {
        street: Some("C/ Mayor".into()),
        building: Some("12, 3 B".into()),
        postal_code: Some("46001".into()),
        town: "Valencia".into(),
        country: "ES".parse().unwrap(),
    };
    let texts: Vec<String> = (1..=16).map(|number| format!("Concepto {number:02}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let garage = Payer { address: Some(address), ..payer("Talleres García e Hijos, S.A.", Some("1007")) };
    let first = [
        "Factura A-2026-000042 noviembre 2026",
        "Plan hosting profesional         18,00",
        "IVA 21%                           3,78",
        "Total                            21,78",
    ];
    let debits = vec![
        debit(
            "000044FA26000044",
            605,
            payer("Ana Pérez Soler", Some("1099")),
            "ES5720858000630330001122",
            &["Factura A-2026-000044 dominio ejemplo.es"],
        ),
        debit("000042FA26000042", 2178, payer("María López Nuñez", Some("1042")), "ES5200491500061234567890", &first),
        debit("000043FA26000043", 145_200, garage, "ES3101822370430201502345", &texts),
    ];
    batch("Hosting Ejemplo, S.L.", "ES9121000418450200051332", debits)
}

pub fn german(order: Order) -> Dtaus {
    Dtaus { order, din_66003: false }
}

pub fn german_batch() -> Batch {
    let second = ["RG 2026-000043 11/2026", "Webhosting Business", "Domain beispiel.de", "Kunde 1007 Danke"];
    let debits = vec![
        debit(
            "2026-000042",
            2142,
            payer("Max Mustermann", Some("1042")),
            "DE75512108001245126199",
            &["RG 2026-000042 11/2026"],
        ),
        debit(
            "2026-000043",
            119_000,
            payer("Jürgen Großmann Internetdienstleistungen KG", Some("1007")),
            "DE12500105170648489890",
            &second,
        ),
        debit(
            "2026-000044",
            595,
            payer("Anna Schmidt", Some("1099")),
            "DE62370400440532013001",
            &["RG 2026-000044 Domain 12 Monate"],
        ),
    ];
    batch("Hosting Beispiel GmbH", "DE89370400440532013000", debits)
}

/// The first of them as a transfer at once.
pub fn german_transfer() -> Batch {
    let mut batch = german_batch();
    batch.debits.truncate(1);
    batch.debits[0].collection_date = batch.created.date();
    batch
}

pub fn sepa(version: PainVersion) -> SepaDebits {
    let addresses = if version == PainVersion::V02 { AddressStyle::Lines } else { AddressStyle::Structured };
    SepaDebits {
        version,
        scheme: SddScheme::Core,
        creditor_id: "ES11000B12345674".parse().unwrap(),
        batch_booking: true,
        identify_sender: true,
        addresses,
    }
}

fn mandate(reference: &str, signed_on: &str, sequence: Sequence) -> SignedMandate {
    SignedMandate { reference: reference.into(), signed_on: signed_on.parse().unwrap(), sequence, amendment: None }
}

pub fn sepa_batch() -> Batch {
    let with = |debit: Debit, bic: Option<&str>, mandate| Debit {
        bic: bic.map(|bic| bic.parse().unwrap()),
        mandate: Some(mandate),
        ..debit
    };
    let moved =
        Amendment { account: Some(OriginalAccount::Iban(iban("DE75512108001245126199"))), ..Amendment::default() };
    let moved = SignedMandate { amendment: Some(moved), ..mandate("MND-1099-1", "2024-11-02", Sequence::Recurring) };
    let first = debit(
        "INV-2026-000042",
        2178,
        payer("María López Nuñez", None),
        "ES5200491500061234567890",
        &["Invoice A-2026-000042 hosting November 2026"],
    );
    let second = debit(
        "INV-2026-000043",
        145_200,
        payer("Talleres García e Hijos SA", None),
        "ES3101822370430201502345",
        &["Invoice A-2026-000043"],
    );
    let third = debit(
        "INV-2026-000044",
        605,
        payer("Ana Pérez Soler", None),
        "DE89370400440532013000",
        &["Invoice A-2026-000044 domain ejemplo.es"],
    );
    let debits = vec![
        with(first, Some("BSCHESMMXXX"), mandate("MND-1042-1", "2025-03-14", Sequence::Recurring)),
        with(second, Some("BBVAESMMXXX"), mandate("MND-1007-2", "2026-11-05", Sequence::First)),
        with(third, None, moved),
    ];
    let mut batch = batch("Hosting Ejemplo SL", "ES9121000418450200051332", debits);
    batch.creditor.bic = Some("CAIXESBBXXX".parse().unwrap());
    batch.creditor.address = Some(Address {
        street: Some("Calle Mayor".into()),
        building: Some("12".into()),
        postal_code: Some("46001".into()),
        town: "Valencia".into(),
        country: "ES".parse().unwrap(),
    });
    batch
}
