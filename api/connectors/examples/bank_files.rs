//! Writes files for banks, and beside each what it holds, so that other programs can read them back (`scripts/bank-files`).
//!
//!     cargo run -p comptoir-connectors --example bank_files -- FOLDER

use comptoir_connectors::bank::dtaus::{Dtaus, Order};
use comptoir_connectors::bank::norma19::{Charset, LineEnd, Norma19};
use comptoir_connectors::bank::sepa::{AddressStyle, PainVersion, SepaDebits};
use comptoir_connectors::bank::{
    Address, Amendment, Batch, BatchFile, Creditor, Debit, OriginalAccount, Payer, SignedMandate,
};
use comptoir_domain::bank::{Ccc, GermanAccount, Iban, RfReference, SddScheme, Sequence};
use comptoir_domain::{Currency, Money};
use serde_json::json;
use std::error::Error;
use std::path::Path;

/// Orders of each file.
const ORDERS: usize = 300;

const NAMES: &[&str] =
    &["María López Nuñez", "Jürgen Großmann", "Łukasz Żółw", "Ελένη Παπαδοπούλου", "O'Neill & Sons", "Çelik İnşaat"];

type Made<T> = Result<T, Box<dyn Error>>;

fn main() -> Made<()> {
    let folder = std::env::args().nth(1).ok_or("where to?")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (name, charset) in [("cp850", Charset::Cp850), ("latin1", Charset::Latin1), ("ascii", Charset::Ascii)] {
        let format = Norma19 {
            tax_id: "B12345674".into(),
            suffix: "001".into(),
            charset,
            line_end: LineEnd::CrLf,
            include_address: true,
        };
        save(folder, &format!("norma19-{name}.txt"), &format, &batch(spanish)?)?;
    }
    for (name, order) in [("lk-05", Order::Debit), ("lk-04", Order::OrderedDebit), ("gk", Order::Transfer)] {
        save(folder, &format!("dtaus-{name}.txt"), &Dtaus { order, din_66003: false }, &batch(german)?)?;
    }
    for (name, version) in [("02", PainVersion::V02), ("08", PainVersion::V08)] {
        for scheme in [SddScheme::Core, SddScheme::B2b] {
            for addresses in [AddressStyle::Structured, AddressStyle::Lines] {
                let format = SepaDebits {
                    version,
                    scheme,
                    creditor_id: "ES11000B12345674".parse()?,
                    batch_booking: scheme == SddScheme::Core,
                    identify_sender: addresses == AddressStyle::Structured,
                    addresses,
                };
                let file = format!("pain.008.001.{name}-{scheme}-{addresses:?}.xml").to_lowercase();
                save(folder, &file, &format, &batch(european)?)?;
            }
        }
    }
    Ok(())
}

/// The file, and as JSON what went into it.
fn save(folder: &Path, name: &str, format: &dyn BatchFile, batch: &Batch) -> Made<()> {
    std::fs::write(folder.join(name), format.write(batch)?.bytes)?;
    let orders = batch.debits.iter().map(|debit| {
        json!({
            "id": debit.end_to_end_id,
            "cents": debit.amount.minor(),
            "name": debit.payer.name,
            "account": debit.account.as_str(),
            "number": debit.payer.number,
            "texts": debit.texts,
            "address": debit.payer.address.is_some(),
            "mandate": debit.mandate.as_ref().map(|mandate| &mandate.reference),
            "sequence": debit.mandate.as_ref().map(|mandate| mandate.sequence),
        })
    });
    let held = json!({ "account": batch.creditor.account.as_str(), "orders": orders.collect::<Vec<_>>() });
    std::fs::write(folder.join(name).with_extension("json"), serde_json::to_vec_pretty(&held)?)?;
    Ok(())
}

/// Orders that differ in everything that a format knows.
fn batch(country: fn(usize) -> Made<(Iban, Iban)>) -> Made<Batch> {
    let mut debits = Vec::new();
    for place in 0..ORDERS {
        debits.push(order(place, country(place)?.1)?);
    }
    let creditor = Creditor {
        name: "Hosting Ejemplo, S.L.".into(),
        account: country(0)?.0,
        bic: Some("CAIXESBBXXX".parse()?),
        address: Some(address()?),
        on_behalf_of: None,
    };
    Ok(Batch { id: "BATCH-20261123-7".into(), created: "2026-11-23T10:00:00".parse()?, creditor, debits })
}

fn order(place: usize, account: Iban) -> Made<Debit> {
    let number = i64::try_from(place)?;
    let name = NAMES.get(place % NAMES.len()).copied().unwrap_or_default();
    let id = format!("T{place:05}");
    let texts =
        (0..place % 14).map(|line| if line == 0 { format!("{id} hosting") } else { format!("l. {line:02} ñ·") });
    let structured = place.is_multiple_of(14) && account.country() != "ES" && account.country() != "DE";
    let mut texts: Vec<String> = texts.collect();
    if texts.is_empty() && !structured {
        texts.push(id.clone());
    }
    let sequence = Sequence::ALL.get(place % 4).copied().unwrap_or(Sequence::Recurring);
    let amendment = (sequence == Sequence::Recurring).then(|| amendment(place)).transpose()?;
    Ok(Debit {
        end_to_end_id: id,
        amount: Money::from_minor(1 + number * 977, Currency::EUR),
        collection_date: "2026-11-30".parse()?,
        payer: Payer {
            name: format!("{name} {place}"),
            number: Some((1000 + place).to_string()),
            address: if place.is_multiple_of(3) || account.country() == "GB" { Some(address()?) } else { None },
        },
        bic: if account.country() == "GB" { Some("WESTGB2L".parse()?) } else { None },
        account,
        mandate: Some(SignedMandate {
            reference: format!("MND-{place}-1"),
            signed_on: "2025-03-14".parse()?,
            sequence,
            amendment,
        }),
        texts,
        reference: if structured { Some(RfReference::of(&format!("2026-{place:06}"))?) } else { None },
    })
}

fn amendment(place: usize) -> Made<Amendment> {
    let mut before = Amendment::default();
    match place / 4 % 4 {
        0 => before.reference = Some("OLD-1".into()),
        1 => {
            (before.creditor_name, before.creditor_id) = (Some("Antes SL".into()), Some("DE98ZZZ09999999999".parse()?))
        }
        2 => before.account = Some(OriginalAccount::NotDisclosed),
        _ => before.account = Some(OriginalAccount::Iban("DE75512108001245126199".parse()?)),
    }
    Ok(before)
}

fn address() -> Made<Address> {
    Ok(Address {
        street: Some("Calle Mayor".into()),
        building: Some("12".into()),
        postal_code: Some("46001".into()),
        town: "València".into(),
        country: "ES".parse()?,
    })
}

/// Own account, and one of a branch that depends on the place.
fn spanish(place: usize) -> Made<(Iban, Iban)> {
    let bank = format!("0049{:04}", 9999 - place);
    let found = (0..100).find_map(|digits| format!("{bank}{digits:02}{place:010}").parse::<Ccc>().ok());
    Ok(("ES9121000418450200051332".parse()?, found.ok_or("no check digits")?.iban()?))
}

fn german(place: usize) -> Made<(Iban, Iban)> {
    let account = GermanAccount::parse("51210800", &(9_999_990_000 + place).to_string())?;
    Ok(("DE89370400440532013000".parse()?, account.iban("0000")?))
}

fn european(place: usize) -> Made<(Iban, Iban)> {
    let own = spanish(0)?.0;
    let payer = match place % 4 {
        0 => spanish(place)?.1,
        1 => german(place)?.1,
        2 => Iban::of_national("FR", &format!("20041010050500013M{:05}", place))?,
        _ => Iban::of_national("GB", &format!("WEST123456{:08}", place))?,
    };
    Ok((own, payer))
}
