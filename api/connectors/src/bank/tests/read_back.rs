//! Whatever is written has records of the right length, sums of its own, and lies well-formed before the reader.

use super::samples::*;
use super::*;
use crate::bank::dtaus::Order;
use crate::bank::norma19::WIDTH;
use crate::bank::sepa::PainVersion;
use comptoir_domain::bank::{Ccc, GermanAccount, Sequence};
use proptest::prelude::*;

/// Orders by the format's own idea of an account: cents, day, name, number of the account, texts.
type Order4 = (i64, u64, String, u64, Vec<String>);

fn orders(texts: usize, width: usize) -> impl Strategy<Value = Vec<Order4>> {
    let text = prop::string::string_regex(&format!("[ -~À-ſ]{{0,{width}}}|\\PC{{0,6}}")).unwrap();
    let one = (
        1_i64..1_000_000,
        0_u64..5,
        "[A-Z][A-Za-zÀ-ÿ]{0,29}",
        1_u64..9_999_999_999,
        prop::collection::vec(text, 0..=texts),
    );
    prop::collection::vec(one, 1..12)
}

/// An order to the account that `account` makes of a number.
fn order(place: usize, order: &Order4, account: Iban) -> Debit {
    let (cents, days, name, number, texts) = order;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut debit =
        debit(&format!("T{place}"), *cents, payer(name, Some(&number.to_string())), account.as_str(), &texts);
    debit.collection_date = debit.collection_date + chrono::Days::new(*days);
    debit
}

/// The account in the bank 0049, branch 1500.
fn spanish_account(number: u64) -> Iban {
    let ccc = (0..100).find_map(|digits| format!("00491500{digits:02}{number:010}").parse::<Ccc>().ok());
    ccc.unwrap().iban().unwrap()
}

fn number(text: &[u8]) -> i64 {
    std::str::from_utf8(text).unwrap().parse().unwrap()
}

proptest! {
    #[test]
    fn norma19_counts_and_sums(orders in orders(16, 50)) {
        let debits: Vec<Debit> = orders.iter().enumerate().map(|(place, one)| order(place, one, spanish_account(one.3))).collect();
        let total: i64 = debits.iter().map(|debit| debit.amount.minor()).sum();
        let file = spanish().write(&batch("Hosting", "ES9121000418450200051332", debits)).unwrap();
        let lines: Vec<&[u8]> = file.bytes.split_inclusive(|byte| *byte == b'\n').collect();
        prop_assert!(lines.iter().all(|line| line.len() == WIDTH + 2 && line.ends_with(b"\r\n")));
        let (mut sum, mut receipts, mut since, mut blocks) = (0, 0, 0, 0);
        let (mut all_receipts, mut last) = (0, (0, Vec::new()));
        for line in &lines {
            since += 1;
            match &line[..4] {
                b"5380" => (sum, receipts, since, blocks, last) = (0, 0, 1, blocks + 1, (0, Vec::new())),
                b"5680" => {
                    sum += number(&line[88..98]);
                    receipts += 1;
                    all_receipts += 1;
                    // bank and branch, then reference
                    let key = (number(&line[68..76]), line[16..28].to_vec());
                    prop_assert!(last <= key);
                    last = key;
                }
                b"5880" => prop_assert_eq!((sum, receipts, since), (number(&line[88..98]), number(&line[104..114]), number(&line[114..124]))),
                b"5980" => {
                    let want = (blocks, total, all_receipts, i64::try_from(lines.len()).unwrap());
                    prop_assert_eq!((number(&line[68..72]), number(&line[88..98]), number(&line[104..114]), number(&line[114..124])), want);
                }
                _ => {}
            }
        }
        prop_assert_eq!(all_receipts, i64::try_from(orders.len()).unwrap());
    }

    #[test]
    fn dtaus_counts_and_sums(orders in orders(4, 50)) {
        let account = |number: u64| GermanAccount::parse("37040044", &number.to_string()).unwrap().iban("0000").unwrap();
        let debits: Vec<Debit> = orders.iter().enumerate().map(|(place, one)| {
            let mut debit = order(place, one, account(one.3));
            debit.texts.insert(0, format!("T{place}"));
            debit
        }).collect();
        let total: i64 = debits.iter().map(|debit| debit.amount.minor()).sum();
        let file = match german(Order::Debit).write(&batch("Hosting", "DE89370400440532013000", debits)) {
            Ok(file) => file,
            // letters of other scripts become many
            Err(problem) => {
                prop_assert!(places(problem).iter().all(|(_, code)| *code == "too_long"));
                return Ok(());
            }
        };
        prop_assert_eq!(file.bytes.len() % 128, 0);
        let (mut at, mut all, mut sums) = (0, 0, (0, 0, 0, 0));
        while at < file.bytes.len() {
            let record = &file.bytes[at..];
            match record[4] {
                b'A' => at += 128,
                b'C' => {
                    let extensions = usize::try_from(number(&record[128 + 57..128 + 59])).unwrap();
                    prop_assert_eq!(number(&record[..4]), i64::try_from(187 + 29 * extensions).unwrap());
                    sums = (sums.0 + 1, sums.1 + number(&record[21..31]), sums.2 + number(&record[13..21]), sums.3 + number(&record[79..90]));
                    // two extensions in the second block, four in each further one
                    at += 128 * (2 + extensions.saturating_sub(2).div_ceil(4));
                }
                b'E' => {
                    let read = (number(&record[10..17]), number(&record[30..47]), number(&record[47..64]), number(&record[64..77]));
                    prop_assert_eq!(read, sums);
                    all += sums.3;
                    sums = (0, 0, 0, 0);
                    at += 128;
                }
                other => prop_assert!(false, "a record of kind {}", other),
            }
        }
        prop_assert_eq!(all, total);
    }

    /// Every text is taken or refused, and what is taken is XML with the sum of its parts.
    #[test]
    fn sepa_is_well_formed(orders in orders(2, 60), version in prop::sample::select(vec![PainVersion::V02, PainVersion::V08])) {
        let debits: Vec<Debit> = orders.iter().enumerate().map(|(place, one)| {
            let mandate = SignedMandate { reference: format!("MND-{place}"), signed_on: "2026-01-01".parse().unwrap(), sequence: Sequence::Recurring, amendment: None };
            Debit { mandate: Some(mandate), ..order(place, one, spanish_account(one.3)) }
        }).collect();
        let total: i64 = debits.iter().map(|debit| debit.amount.minor()).sum();
        match sepa(version).write(&batch("A & B <c>", "ES9121000418450200051332", debits)) {
            Ok(file) => {
                let text = String::from_utf8(file.bytes).unwrap();
                let sum = format!("<CtrlSum>{}.{:02}</CtrlSum>", total / 100, total % 100);
                let first = text.find("<CtrlSum>").unwrap();
                prop_assert!(text[first..].starts_with(&sum));
                prop_assert!(text.is_ascii());
                prop_assert_eq!(text.matches("<DrctDbtTxInf>").count(), orders.len());
                prop_assert!(read_reply(text.as_bytes()).unwrap_err().fields[0].code == "unknown_format");
            }
            Err(problem) => prop_assert!(places(problem).iter().all(|(place, code)| place.ends_with("/texts") && *code == "too_long")),
        }
    }
}
