//! Byte for byte what the format pages show, which other programs have read; and every refusal with its place.

use super::samples::*;
use super::*;
use crate::bank::dtaus::{Dtaus, Order};
use crate::bank::norma19::{Charset, LineEnd, Norma19};
use crate::bank::sepa::PainVersion;
use comptoir_domain::bank::{RfReference, Sequence};

/// The bytes, after a readable comparison.
fn same(file: BankFile, want: &[u8]) {
    let lines = |bytes: &[u8]| -> Vec<String> {
        bytes.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    };
    assert_eq!(lines(&file.bytes), lines(want));
    assert_eq!(file.bytes, want);
}

#[test]
fn norma19_as_on_the_page() {
    let file = spanish().write(&spanish_batch()).unwrap();
    assert_eq!((file.name.as_str(), file.media_type), ("BATCH-20261123-1.q19", "text/plain"));
    same(file, fixture!("norma19.txt"));
}

#[test]
fn norma19_by_the_settings_of_the_bank() {
    let size = |format: Norma19| format.write(&spanish_batch()).unwrap().bytes;
    // 14 records of 162
    assert_eq!(size(Norma19 { line_end: LineEnd::None, ..spanish() }).len(), 14 * 162);
    assert_eq!(size(Norma19 { line_end: LineEnd::Lf, ..spanish() }).len(), 14 * 163);
    let has = |bytes: &[u8], name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    assert!(has(&size(Norma19 { charset: Charset::Latin1, ..spanish() }), b"LOPEZ NU\xD1EZ "));
    assert!(has(&size(Norma19 { charset: Charset::Ascii, ..spanish() }), b"LOPEZ NUNEZ "));
    let without = size(Norma19 { include_address: false, ..spanish() });
    assert_eq!(without.len(), 13 * 164);
    assert!(!has(&without, b"VALENCIA"));
}

/// Two charge dates are two blocks: 5180, 5380, 5680, 5880, 5380, 5680, 5880, 5980.
#[test]
fn norma19_has_a_block_for_each_charge_date() {
    let mut batch = spanish_batch();
    batch.debits.remove(2);
    batch.debits[0].collection_date = "2026-12-01".parse().unwrap();
    batch.debits[1].texts.truncate(1);
    let bytes = spanish().write(&batch).unwrap().bytes;
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let codes: Vec<_> =
        lines.iter().filter_map(|line| line.get(..4)).map(|code| std::str::from_utf8(code).unwrap()).collect();
    assert_eq!(codes, ["5180", "5380", "5680", "5880", "5380", "5680", "5880", "5980"]);
    assert_eq!(&lines[7][68..72], b"0002");
    // 6.05 + 21.78 = 27.83, 2 receipts, 8 records
    assert_eq!(&lines[7][88..124], b"0000002783      00000000020000000008");
    assert_eq!((&lines[1][22..28], &lines[4][22..28]), (b"301126".as_slice(), b"011226".as_slice()));
}

#[test]
fn norma19_refuses() {
    let mut batch = spanish_batch();
    batch.creditor.account = iban("DE89370400440532013000");
    batch.debits[0].account = iban("FR1420041010050500013M02606");
    batch.debits[0].end_to_end_id = "A".repeat(17);
    batch.debits[1].payer.number = None;
    batch.debits[1].amount = eur(0);
    batch.debits[2].texts.push("17".into());
    batch.debits[2].payer.name = "?".into();
    batch.debits[2].collection_date = "2026-11-22".parse().unwrap();
    let format = Norma19 { tax_id: "B12345675".into(), suffix: "1".into(), ..spanish() };
    let found = places(format.write(&batch).unwrap_err());
    for want in [
        ("/format/tax_id", "invalid_tax_id"),
        ("/format/suffix", "invalid_suffix"),
        ("/creditor/account", "not_spanish"),
        ("/debits/0/account", "not_spanish"),
        ("/debits/0/end_to_end_id", "too_long"),
        ("/debits/1/payer/number", "invalid_number"),
        ("/debits/1/amount", "out_of_range"),
        ("/debits/2/texts", "too_many"),
        ("/debits/2/payer/name", "required"),
        ("/debits/2/collection_date", "in_the_past"),
    ] {
        assert!(found.contains(&(want.0.into(), want.1)), "{want:?} in {found:?}");
    }
    assert_eq!(found.len(), 10, "{found:?}");
    let mut batch = spanish_batch();
    batch.debits[1].payer.number = Some("1099".into());
    batch.debits[2].end_to_end_id = batch.debits[1].end_to_end_id.clone();
    batch.debits[2].amount = eur(9_999_999_999);
    let found = places(spanish().write(&batch).unwrap_err());
    let want = [
        ("/debits/2/end_to_end_id", "not_unique"),
        ("/debits/1/payer/number", "not_unique"),
        ("/debits", "out_of_range"),
    ];
    assert_eq!(found, want.map(|(place, code)| (place.to_owned(), code)));
    let empty = places(spanish().write(&Batch { debits: Vec::new(), ..spanish_batch() }).unwrap_err());
    assert_eq!(empty, [("/debits".into(), "required")]);
}

#[test]
fn dtaus_as_on_the_page() {
    let file = german(Order::Debit).write(&german_batch()).unwrap();
    assert_eq!(file.name, "DTAUS0.TXT");
    same(file, fixture!("dtaus-lk.txt"));
    same(german(Order::Transfer).write(&german_transfer()).unwrap(), fixture!("dtaus-gk.txt"));
}

#[test]
fn dtaus_has_a_file_for_each_due_date() {
    let mut batch = german_batch();
    batch.debits[0].collection_date = "2026-12-01".parse().unwrap();
    let bytes = german(Order::OrderedDebit).write(&batch).unwrap().bytes;
    let kinds: Vec<u8> = bytes
        .chunks(128)
        .filter(|block| block[0] == b'0' && b"ACE".contains(&block[4]))
        .map(|block| block[4])
        .collect();
    assert_eq!(kinds, b"ACCEACE");
    // key 04, and umlauts in one letter where the bank has them
    assert_eq!(&bytes[128 + 44..128 + 49], b"04000");
    let din = Dtaus { din_66003: true, ..german(Order::Debit) };
    let bytes = din.write(&german_batch()).unwrap().bytes;
    assert!(bytes.windows(17).any(|part| part == b"J]RGEN GRO~MANN I"));
}

fn sheet(order: Order, batch: &Batch) -> String {
    german(order).write(batch).unwrap().cover_note.unwrap()
}

/// The sheet says what the header and the trailer say; its sums are worked out on the page of the format.
#[test]
fn dtaus_has_a_sheet_to_sign() {
    let note = sheet(Order::Debit, &german_batch());
    let said = |label: &str| {
        let line = note.lines().find(|line| line.starts_with(label)).unwrap();
        line.strip_prefix(label).unwrap().trim().to_string()
    };
    assert!(note.starts_with("Begleitzettel\n") && note.contains("Sammel-Einziehungsauftrag"));
    for (label, value) in [
        ("Datei", "DTAUS0.TXT"),
        ("Auftraggeber", "HOSTING BEISPIEL GMBH"),
        ("Beauftragtes Kreditinstitut (BLZ)", "37040044"),
        ("Konto des Auftraggebers", "0532013000"),
        ("Erstellt am", "23.11.2026"),
        ("Auszuführen am", "30.11.2026"),
        ("Anzahl der Datensätze C", "3"),
        // 21.42 + 1190.00 + 5.95
        ("Summe der Beträge in EUR", "1217,37"),
        // 1245126199 + 0648489890 + 0532013001
        ("Kontrollsumme der Kontonummern", "2425629090"),
        // 51210800 + 50010517 + 37040044
        ("Kontrollsumme der Bankleitzahlen", "138261361"),
    ] {
        assert_eq!(said(label), value, "{label}");
    }
    assert!(said("Firma, Unterschrift").starts_with("___"));
    // a sheet for each logical file, with its own day and sums: 1245126199 is the first one's, 21.42 its amount
    let mut batch = german_batch();
    batch.debits[0].collection_date = "2026-12-01".parse().unwrap();
    let note = sheet(Order::Debit, &batch);
    let pages: Vec<&str> = note.split('\u{c}').collect();
    let has = |page: &str, ends: &[&str]| ends.iter().all(|end| page.lines().any(|line| line.ends_with(end)));
    assert_eq!(pages.len(), 2);
    assert!(has(pages[0], &[" 30.11.2026", " 2", " 1195,95", " 1180502891", " 87050561"]), "{note}");
    assert!(has(pages[1], &[" 01.12.2026", " 1", " 21,42", " 1245126199", " 51210800"]), "{note}");
    let note = sheet(Order::Transfer, &german_transfer());
    assert!(note.contains("Sammel-Überweisungsauftrag") && has(&note, &[" 23.11.2026", " 21,42"]));
}

#[test]
fn dtaus_refuses() {
    let mut batch = german_batch();
    batch.creditor.name = "N".repeat(55);
    batch.creditor.account = iban("ES9121000418450200051332");
    batch.debits[0].texts = vec!["Hosting".into()];
    batch.debits[0].reference = Some(RfReference::of("1").unwrap());
    batch.debits[1].texts = vec!["RG 2026-000043".into(), "x".repeat(27 * 13 + 1)];
    batch.debits[1].collection_date = "2026-12-09".parse().unwrap();
    batch.debits[2].account = iban("FR1420041010050500013M02606");
    let found = places(german(Order::Debit).write(&batch).unwrap_err());
    let want = [
        ("/creditor/name", "too_long"),
        ("/creditor/account", "not_german"),
        ("/debits/0/texts", "reference_missing"),
        ("/debits/0/reference", "not_supported"),
        ("/debits/1/collection_date", "out_of_range"),
        ("/debits/1/texts", "too_long"),
        ("/debits/2/account", "not_german"),
    ];
    assert_eq!(found, want.map(|(place, code)| (place.to_owned(), code)));
}

#[test]
fn sepa_as_on_the_page() {
    let file = sepa(PainVersion::V08).write(&sepa_batch()).unwrap();
    assert_eq!((file.name.as_str(), file.media_type), ("BATCH-20261123-1.xml", "application/xml"));
    same(file, fixture!("pain.008.001.08.xml"));
    same(sepa(PainVersion::V02).write(&sepa_batch()).unwrap(), fixture!("pain.008.001.02.xml"));
}

#[test]
fn sepa_groups_by_sequence_and_date() {
    let mut batch = sepa_batch();
    batch.debits[2].collection_date = "2026-12-01".parse().unwrap();
    let mut once = batch.debits[0].clone();
    once.end_to_end_id = "INV-2026-000045".into();
    once.mandate.as_mut().unwrap().sequence = Sequence::OneOff;
    batch.debits.push(once);
    let text = String::from_utf8(sepa(PainVersion::V08).write(&batch).unwrap().bytes).unwrap();
    let ids: Vec<_> = text.split("<PmtInfId>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    let want = ["RCUR", "FRST", "RCUR-2", "OOFF"].map(|end| format!("BATCH-20261123-1-{end}"));
    assert_eq!(ids, want);
}

#[test]
fn sepa_refuses() {
    let mut batch = sepa_batch();
    batch.id = "BATCH//1".into();
    batch.debits[0].end_to_end_id = "É".into();
    batch.debits[0].texts = vec!["x".repeat(70), "ü".repeat(35)];
    batch.debits[0].reference = Some(RfReference::of("1").unwrap());
    batch.debits[1].account = iban("GB82WEST12345698765432");
    batch.debits[1].bic = None;
    batch.debits[1].mandate.as_mut().unwrap().reference = "MND 1".into();
    batch.debits[2].account = iban("RU0304452522540817810538091310419");
    batch.debits[2].mandate = None;
    batch.debits[2].payer.name = "ß".repeat(36);
    let found = places(sepa(PainVersion::V08).write(&batch).unwrap_err());
    let want = [
        ("/id", "invalid_reference"),
        ("/debits/0/end_to_end_id", "invalid_reference"),
        ("/debits/0/texts", "too_long"),
        ("/debits/0/reference", "one_of_two"),
        ("/debits/1/bic", "required"),
        ("/debits/1/payer/address", "required"),
        ("/debits/1/mandate/reference", "invalid_reference"),
        ("/debits/2/payer/name", "too_long"),
        ("/debits/2/account", "not_reachable"),
        ("/debits/2/mandate", "required"),
    ];
    assert_eq!(found, want.map(|(place, code)| (place.to_owned(), code)));
    // -RCUR makes it 36
    let long = Batch { id: "B".repeat(31), ..sepa_batch() };
    assert_eq!(places(sepa(PainVersion::V08).write(&long).unwrap_err()), [("/id".into(), "too_long")]);
}
