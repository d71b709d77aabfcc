//! From a batch to the blocks of DTAUS: a header, the payments, a trailer with sums.

use super::Dtaus;
use crate::bank::batch::{Batch, Debit, at, broken};
use crate::bank::record::Record;
use crate::bank::text;
use chrono::NaiveDate;
use comptoir_domain::bank::{GermanAccount, Iban};
use comptoir_domain::{Check, Money, Result};
use std::collections::BTreeMap;

/// Bytes of a block.
const BLOCK: usize = 128;

/// Letters of a name or a line.
const LINE: usize = 27;

/// Eleven digits of cents.
const MOST_CENTS: i64 = 99_999_999_999;

/// One line in the constant part, thirteen behind it.
const MOST_LINES: usize = 14;

/// A payment is at most so many days ahead.
const MOST_DAYS: i64 = 15;

/// A payment and what of it was checked.
pub(super) struct Payment<'a> {
    debit: &'a Debit,
    account: GermanAccount,
    names: Vec<String>,
    lines: Vec<String>,
}

/// Whose file it is.
pub(super) struct Own {
    pub(super) account: GermanAccount,
    pub(super) names: Vec<String>,
}

/// The logical files, one for each due date.
pub(super) type Files<'a> = BTreeMap<NaiveDate, Vec<Payment<'a>>>;

/// What is written, if the format can hold it.
pub(super) fn files(format: Dtaus, batch: &Batch) -> Result<(Own, Files<'_>)> {
    let (own, payments) = checked(format, batch)?;
    let mut files = Files::new();
    for payment in payments {
        files.entry(payment.debit.collection_date).or_default().push(payment);
    }
    Ok((own, files))
}

/// All blocks, in order.
pub(super) fn blocks(format: Dtaus, batch: &Batch) -> Result<Vec<String>> {
    let (own, files) = files(format, batch)?;
    let mut blocks = Vec::new();
    for (due, payments) in files {
        blocks.push(header(format, batch, &own, due)?);
        for payment in &payments {
            blocks.extend(payment_blocks(format, &own, payment)?);
        }
        blocks.push(trailer(&Sums::of(&payments)?)?);
    }
    Ok(blocks)
}

fn header(format: Dtaus, batch: &Batch, own: &Own, due: NaiveDate) -> Result<String> {
    let created = batch.created.date();
    // without a date the bank books at once
    let due = if due == created { String::new() } else { due.format("%d%m%Y").to_string() };
    let name = own.names.first().map(String::as_str).unwrap_or_default();
    let record =
        Record::of("0128A").text(2, format.order.words().0).text(8, own.account.blz()).number(8, 0).text(LINE, name);
    let record = record.text(6, &created.format("%d%m%y").to_string()).blank(4).text(10, own.account.konto());
    // a reference number that is not zeros is refused by some readers
    record.number(10, 0).blank(15).text(8, &due).blank(24).text(1, "1").done(BLOCK)
}

/// The constant part in two blocks, and the extensions: two in the second block, four in each further one.
fn payment_blocks(format: Dtaus, own: &Own, payment: &Payment) -> Result<Vec<String>> {
    let extensions = extensions(own, payment);
    let (name, own_name) = (payment.names.first(), own.names.first());
    let client = payment.debit.payer.number.as_deref().filter(|number| is_client_number(number)).unwrap_or("0");
    let first =
        Record::of("").number(4, 187 + 29 * extensions.len()).text(1, "C").number(8, 0).text(8, payment.account.blz());
    let first = first.text(10, payment.account.konto()).number(1, 0).number(11, client).number(1, 0);
    let first = first.text(5, format.order.words().1).blank(1).number(11, 0).text(8, own.account.blz());
    let first = first.text(10, own.account.konto()).number(11, payment.debit.amount.minor()).blank(3);
    let first = first.text(LINE, name.map(String::as_str).unwrap_or_default()).blank(8);
    let second = Record::of("").text(LINE, own_name.map(String::as_str).unwrap_or_default());
    let second = second.text(LINE, payment.lines.first().map(String::as_str).unwrap_or_default()).text(1, "1").blank(2);
    let (near, far) = extensions.split_at_checked(2).unwrap_or((&extensions, &[]));
    let second = near.iter().fold(second.number(2, extensions.len()), |record, part| record.text(29, part));
    let second = second.blank(29 * (2_usize.saturating_sub(near.len()))).blank(11);
    let mut blocks = vec![first.done(BLOCK)?, second.done(BLOCK)?];
    for four in far.chunks(4) {
        let record = four.iter().fold(Record::of(""), |record, part| record.text(29, part));
        blocks.push(record.blank(BLOCK.saturating_sub(29 * four.len())).done(BLOCK)?);
    }
    Ok(blocks)
}

/// The rest of the payer's name, the further lines, the rest of our name, each with its kind.
fn extensions(own: &Own, payment: &Payment) -> Vec<String> {
    let part = |kind: &'static str| move |text: &String| format!("{kind}{text}");
    let payer = payment.names.iter().skip(1).map(part("01"));
    let lines = payment.lines.iter().skip(1).map(part("02"));
    payer.chain(lines).chain(own.names.iter().skip(1).map(part("03"))).collect()
}

/// What a logical file adds up to.
pub(super) struct Sums {
    /// How many payments there are.
    pub(super) payments: usize,
    /// Their account numbers.
    pub(super) accounts: u64,
    /// Their bank codes.
    pub(super) banks: u64,
    /// Their amounts.
    pub(super) amount: Money,
}

impl Sums {
    /// Of the payments of one logical file.
    pub(super) fn of(payments: &[Payment<'_>]) -> Result<Self> {
        let sum = |number: fn(&GermanAccount) -> &str| {
            let mut numbers = payments.iter().map(|payment| number(&payment.account).parse::<u64>().ok());
            let sum = numbers.try_fold(0_u64, |sum, number| sum.checked_add(number?));
            sum.ok_or_else(|| broken("a sum of the trailer"))
        };
        Ok(Self {
            payments: payments.len(),
            accounts: sum(GermanAccount::konto)?,
            banks: sum(GermanAccount::blz)?,
            amount: Batch::sum(payments.iter().map(|payment| payment.debit))?,
        })
    }
}

fn trailer(sums: &Sums) -> Result<String> {
    let record = Record::of("0128E").blank(5).number(7, sums.payments).number(13, 0).number(17, sums.accounts);
    record.number(17, sums.banks).number(13, sums.amount.minor()).blank(51).done(BLOCK)
}

fn is_client_number(number: &str) -> bool {
    (1..=11).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text in lines of 27 letters.
fn lines(format: Dtaus, text: &str) -> Vec<String> {
    let letters: Vec<char> = text::dtaus(text, format.din_66003).trim().chars().collect();
    letters.chunks(LINE).map(|line| line.iter().collect()).collect()
}

/// A name in its one or two lines.
pub(super) fn names(format: Dtaus, check: &mut Check, pointer: &str, name: &str) -> Vec<String> {
    let names = lines(format, name);
    check.ensure(!names.is_empty(), pointer, "required", "at least one letter");
    check.ensure(names.len() <= 2, pointer, "too_long", "at most 54 letters");
    names
}

/// A German account in its two parts.
pub(super) fn account(check: &mut Check, pointer: &str, iban: &Iban) -> Option<GermanAccount> {
    GermanAccount::of(iban).map_err(|found| check.refuse(pointer, found.code, found.detail)).ok()
}

/// The own account and the payments, if the format can hold them.
fn checked(format: Dtaus, batch: &Batch) -> Result<(Own, Vec<Payment<'_>>)> {
    let mut check = batch.check(MOST_CENTS);
    let own_names = names(format, &mut check, "/creditor/name", &batch.creditor.name);
    let own = account(&mut check, "/creditor/account", &batch.creditor.account);
    let mut payments = Vec::new();
    for (place, debit) in batch.debits.iter().enumerate() {
        let at = |field: &str| at(place, field);
        let ahead = (debit.collection_date - batch.created.date()).num_days();
        check.ensure(ahead <= MOST_DAYS, &at("collection_date"), "out_of_range", "at most 15 days ahead");
        let names = names(format, &mut check, &at("payer/name"), &debit.payer.name);
        let lines: Vec<String> = debit.texts.iter().flat_map(|text| lines(format, text)).collect();
        check.ensure(lines.len() <= MOST_LINES, &at("texts"), "too_long", "at most 14 lines of 27 letters");
        // the format has no field for it, and returns are matched by it
        let reference = text::dtaus(&debit.end_to_end_id, format.din_66003);
        let named = !reference.is_empty() && lines.first().is_some_and(|line| line.contains(&reference));
        check.ensure(named, &at("texts"), "reference_missing", "the reference has to stand in the first line");
        check.ensure(
            debit.reference.is_none(),
            &at("reference"),
            "not_supported",
            "this format has no structured reference",
        );
        if let Some(account) = account(&mut check, &at("account"), &debit.account) {
            payments.push(Payment { debit, account, names, lines });
        }
    }
    check.done()?;
    own.map(|account| (Own { account, names: own_names }, payments))
        .ok_or_else(|| broken("an account was neither taken nor refused"))
}
