//! From a batch to the records of Norma 19. Each block holds the debits of one charge date.

use super::{BatchFile, Norma19, WIDTH};
use crate::bank::batch::{Batch, Debit, at};
use crate::bank::record::Record;
use crate::bank::text::norma19 as fold;
use chrono::NaiveDate;
use comptoir_domain::bank::{Ccc, Iban};
use comptoir_domain::{Check, Money, Result};
use std::collections::{BTreeMap, HashMap};

/// Ten digits of cents.
const MOST_CENTS: i64 = 9_999_999_999;

/// Concept fields: one in the record of the debit, three in each of up to five more.
const MOST_TEXTS: usize = 16;

/// A debit and what of it was checked.
struct Receipt<'a> {
    debit: &'a Debit,
    account: Ccc,
    payer: String,
}

/// Sums of a block or of the file.
struct Total {
    sum: Money,
    receipts: usize,
    records: usize,
}

/// All records of the file.
pub(super) fn records(format: &Norma19, batch: &Batch) -> Result<Vec<String>> {
    let (own, receipts) = checked(format, batch)?;
    let party = format!("{:0>9}{}", format.tax_id.to_uppercase(), format.suffix);
    let (name, created) = (fold(&batch.creditor.name), date(batch.created.date()));
    let mut blocks: BTreeMap<NaiveDate, Vec<Receipt>> = BTreeMap::new();
    for receipt in receipts {
        blocks.entry(receipt.debit.collection_date).or_default().push(receipt);
    }
    let presenter = Record::of("5180").text(12, &party).text(6, &created).blank(6).text(40, &name).blank(20);
    let presenter = presenter.text(4, own.entity()).text(4, own.branch()).blank(66);
    let mut records = vec![presenter.done(WIDTH)?];
    let (number_of_blocks, mut total) = (blocks.len(), Total { sum: Batch::sum([])?, receipts: 0, records: 2 });
    for (charged, mut receipts) in blocks {
        // the norm sorts by bank and branch, then by reference
        receipts.sort_by(|one, other| order(one).cmp(&order(other)));
        let header = Record::of("5380").text(12, &party).text(6, &created).text(6, &date(charged)).text(40, &name);
        let header = header.text(20, own.as_str()).blank(8).text(2, "01").blank(64);
        let mut block = vec![header.done(WIDTH)?];
        for receipt in &receipts {
            block.extend(receipt_records(format, &party, receipt)?);
        }
        let sum = Batch::sum(receipts.iter().map(|receipt| receipt.debit))?;
        let of_block = Total { sum, receipts: receipts.len(), records: block.len() + 1 };
        block.push(totals(Record::of("5880").text(12, &party).blank(72), &of_block)?);
        total.sum = total.sum.plus(of_block.sum)?;
        total.receipts += of_block.receipts;
        total.records += of_block.records;
        records.append(&mut block);
    }
    let last = Record::of("5980").text(12, &party).blank(52).number(4, number_of_blocks).blank(16);
    records.push(totals(last, &total)?);
    Ok(records)
}

/// The debit, the further texts, the address.
fn receipt_records(format: &Norma19, party: &str, receipt: &Receipt) -> Result<Vec<String>> {
    let Receipt { debit, account, payer } = receipt;
    let texts: Vec<String> = debit.texts.iter().map(|text| fold(text)).collect();
    let used = texts.iter().rposition(|text| !text.trim().is_empty()).map_or(0, |last| last + 1);
    let mut texts = texts.iter().take(used).map(String::as_str);
    let begin = |code: &str| Record::of(code).text(12, party).number(12, payer);
    let name = fold(&debit.payer.name);
    let first = begin("5680").text(40, &name).text(20, account.as_str()).number(10, debit.amount.minor());
    let first = first.text(16, &debit.end_to_end_id).text(40, texts.next().unwrap_or_default()).blank(8);
    let mut records = vec![first.done(WIDTH)?];
    let rest: Vec<&str> = texts.collect();
    for (three, code) in rest.chunks(3).zip(["5681", "5682", "5683", "5684", "5685"]) {
        let fields = (0..3).map(|place| three.get(place).copied().unwrap_or_default());
        records.push(fields.fold(begin(code), |record, text| record.text(40, text)).blank(14).done(WIDTH)?);
    }
    if let Some(address) = debit.payer.address.as_ref().filter(|_| format.include_address) {
        let code = address.postal_code.as_deref().unwrap_or_default();
        // there is place for five digits; a code of elsewhere stands before its town
        let (town, code) = match code.len() <= 5 && code.bytes().all(|byte| byte.is_ascii_digit()) {
            true => (address.town.clone(), code),
            false => (address.town_line(), ""),
        };
        let record = begin("5686").text(40, &name).text(40, &fold(&address.street_line()));
        records.push(record.text(35, &fold(&town)).number(5, code).blank(14).done(WIDTH)?);
    }
    Ok(records)
}

fn totals(begin: Record, total: &Total) -> Result<String> {
    let record = begin.number(10, total.sum.minor()).blank(6).number(10, total.receipts).number(10, total.records);
    record.blank(38).done(WIDTH)
}

fn order<'a>(receipt: &'a Receipt) -> (&'a str, &'a str, &'a str) {
    (receipt.account.entity(), receipt.account.branch(), &receipt.payer)
}

fn date(day: NaiveDate) -> String {
    day.format("%d%m%y").to_string()
}

/// A Spanish account in its four parts.
pub(super) fn account(check: &mut Check, pointer: &str, iban: &Iban) -> Option<Ccc> {
    Ccc::of(iban).map_err(|found| check.refuse(pointer, found.code, found.detail)).ok()
}

/// The own account and the debits, if the format can hold them.
fn checked<'a>(format: &Norma19, batch: &'a Batch) -> Result<(Ccc, Vec<Receipt<'a>>)> {
    let mut check = batch.check(MOST_CENTS);
    format.check(&mut check, "/format");
    format.check_name(&mut check, "/creditor/name", &batch.creditor.name);
    let own = account(&mut check, "/creditor/account", &batch.creditor.account);
    let mut accounts = HashMap::new();
    let mut receipts = Vec::new();
    for (place, debit) in batch.debits.iter().enumerate() {
        let at = |field: &str| at(place, field);
        let reference = fits(&debit.end_to_end_id, 16);
        check.ensure(reference, &at("end_to_end_id"), "too_long", "1 to 16 digits and capital letters");
        check.ensure(!fold(&debit.payer.name).trim().is_empty(), &at("payer/name"), "required", "at least one letter");
        check.ensure(debit.texts.len() <= MOST_TEXTS, &at("texts"), "too_many", "at most 16 texts");
        check.ensure(
            debit.reference.is_none(),
            &at("reference"),
            "not_supported",
            "this format has no structured reference",
        );
        let payer = debit.payer.number.clone().unwrap_or_default().to_uppercase();
        check.ensure(fits(&payer, 12), &at("payer/number"), "invalid_number", "1 to 12 digits and letters");
        let payer = format!("{payer:0>12}");
        let other = accounts.insert(payer.clone(), &debit.account).is_some_and(|before| *before != debit.account);
        check.ensure(!other, &at("payer/number"), "not_unique", "a number stands for one account");
        if let Some(account) = account(&mut check, &at("account"), &debit.account) {
            receipts.push(Receipt { debit, account, payer });
        }
    }
    let sum = Batch::sum(&batch.debits);
    let fits = sum.is_ok_and(|sum| sum.minor() <= MOST_CENTS);
    check.ensure(fits, "/debits", "out_of_range", "the sum is larger than the format has place for");
    check.done()?;
    own.map(|own| (own, receipts)).ok_or_else(|| crate::bank::batch::broken("an account was neither taken nor refused"))
}

fn fits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}
