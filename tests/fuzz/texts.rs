//! Numbers and names that people and banks write: what is read is written the same way again.

use crate::change::{Soil, WORDS, changed};
use crate::hold::{Said, alone, hold};
use comptoir_connectors::panel::{DomainName, SystemUser};
use comptoir_connectors::payment::Reference;
use comptoir_domain::bank::{AccountNumber, Bic, Ccc, CreditorId, GermanAccount, Iban, RfReference};
use comptoir_domain::taxes::VatNumber;
use comptoir_domain::{Currency, Instant, Money, TimeZone};

/// A text as it is written when it has been read.
type Reader = fn(&str) -> Option<String>;

/// A kind of text, how it is read, one that is good.
const READERS: &[(&str, Reader, &str)] = &[
    ("iban", |text| Some(Iban::parse(text).ok()?.as_str().into()), "ES91 2100 0418 4502 0005 1332"),
    ("grouped iban", |text| Some(text.parse::<Iban>().ok()?.grouped()), "ES91 2100 0418 4502 0005 1332"),
    ("ccc", |text| Some(text.parse::<Ccc>().ok()?.as_str().into()), "2100 0418 45 0200051332"),
    ("bic", |text| Some(text.parse::<Bic>().ok()?.as_str().into()), "CAIXESBBXXX"),
    ("creditor id", |text| Some(text.parse::<CreditorId>().ok()?.as_str().into()), "DE98ZZZ09999999999"),
    ("reference", |text| Some(text.parse::<RfReference>().ok()?.as_str().into()), "RF18 5390 0754 7034"),
    ("german account", german, "370400440532013000"),
    ("account", |text| Some(AccountNumber::of(text)?.as_str().into()), "DE89 3704 0044 0532 0130 00"),
    ("vat number", |text| VatNumber::parse(text).map(|it| format!("{}{}", it.prefix(), it.number())), "ATU13585627"),
    ("amount", |text| Some(Money::parse(text, Currency::EUR).ok()?.decimal().to_string()), "-1234.56"),
    ("currency", |text| Some(text.parse::<Currency>().ok()?.as_str().into()), "EUR"),
    ("instant", |text| Some(text.parse::<Instant>().ok()?.to_string()), "2026-03-31T12:00:00Z"),
    ("time zone", |text| Some(text.parse::<TimeZone>().ok()?.to_string()), "Europe/Madrid"),
    ("domain", |text| Some(text.parse::<DomainName>().ok()?.to_string()), "xn--mller-kva.example.com"),
    ("user", |text| Some(text.parse::<SystemUser>().ok()?.to_string()), "web_7"),
    ("our reference", |text| Some(Reference::new(text).ok()?.to_string()), "txn_0phg3n1k0000000000000000ab"),
];

fn german(text: &str) -> Option<String> {
    let (blz, konto) = text.split_at_checked(8)?;
    let account = GermanAccount::parse(blz, konto).ok()?;
    Some(format!("{}{}", account.blz(), account.konto()))
}

#[test]
fn texts() {
    let _turn = alone();
    let seeds: Vec<Vec<u8>> = READERS.iter().map(|(.., good)| good.as_bytes().to_vec()).collect();
    for (name, read, good) in READERS {
        assert!(read(good).is_some(), "{name}: {good}");
    }
    let make = |chance: &mut fastrand::Rng| {
        let mut bytes = changed(chance, &Soil { seeds: &seeds, marks: WORDS });
        if chance.u8(..50) > 0 {
            bytes.truncate(400); // long ones teach little
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    hold(
        "texts",
        1_000,
        make,
        |text| text.as_bytes().to_vec(),
        |text| {
            let read: Vec<_> = READERS.iter().filter_map(|(name, read, _)| Some((name, read(text)?))).collect();
            for (name, read, _) in READERS {
                let Some(written) = read(text) else { continue };
                assert_eq!(read(&written).as_ref(), Some(&written), "{name}");
            }
            if read.is_empty() { Said::Refused(String::new()) } else { Said::Accepted(format!("{read:?}")) }
        },
    );
}
