//! Files of returned debits: the layout of the orders with 9 in place of 8. There is no answer for what was paid.

use super::WIDTH;
use crate::bank::record::field;
use crate::bank::replies::{Limits, malformed, refused};
use chrono::NaiveDate;
use comptoir_domain::bank::{
    AccountNumber, BankEntryKind, BankReply, Ccc, GivenReason, ReplyEntry, ReplyFormat, Scope, reason,
};
use comptoir_domain::{Currency, Money, Result};
use sha2::{Digest, Sha256};

/// Whether a file begins as one of returns.
pub(in crate::bank) fn is_returns(text: &str) -> bool {
    text.starts_with("519")
}

/// Letters of a file in whichever charset the bank writes: only `Ñ` is not ASCII.
pub(in crate::bank) fn decode(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0xA5 | 0xD1 => 'Ñ',
        byte => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}

/// Reads a file of returns. Banks vary the fourth character of a record, so three decide.
pub(in crate::bank) fn read(text: &str) -> Result<Vec<BankReply>> {
    let mut limits = Limits::new();
    let mut file = Returns::default();
    let lines = text.split(['\r', '\n', '\u{1a}']).filter(|line| !line.trim().is_empty());
    for (number, line) in lines.enumerate() {
        let wrong = |what: &str| malformed(&format!("record {}", number + 1), what);
        if line.chars().count() != WIDTH {
            return Err(wrong("it does not have 162 columns"));
        }
        if file.closed {
            return Err(wrong("nothing may follow the last total"));
        }
        match line.get(..3) {
            Some("519") if number == 0 => file.id = format!("{}-{}", field(line, 5, 22), digest(text)),
            Some("539") => {
                file.account = AccountNumber::of(&own_account(line));
                file.written = date(&field(line, 17, 22));
                file.charged = date(&field(line, 23, 28));
            }
            Some("569") if is_receipt(line) => {
                limits.entry()?;
                let entry = returned(line, &file).ok_or_else(|| wrong("amount or account cannot be read"))?;
                let cents = entry.amount.map_or(0, |amount| amount.minor().unsigned_abs());
                file.sum = file.sum.saturating_add(cents);
                file.entries.push(entry);
            }
            Some("569" | "589") => {}
            Some("599") => {
                let total: u64 = field(line, 89, 98).parse().map_err(|_| wrong("the total cannot be read"))?;
                let count: usize =
                    field(line, 105, 114).parse().map_err(|_| wrong("the number of returns cannot be read"))?;
                if (total, count) != (file.sum, file.entries.len()) {
                    let (sum, entries) = (file.sum, file.entries.len());
                    let detail = format!(
                        "the file holds {entries} returns of {sum} cents together, its total says {count} of {total}"
                    );
                    return Err(refused("sum_differs", detail));
                }
                file.closed = true;
            }
            _ => return Err(wrong("it is of no kind that a file of returns has")),
        }
    }
    if !file.closed {
        return Err(refused("incomplete", "the last total is missing: the file was cut"));
    }
    Ok(vec![BankReply::new(ReplyFormat::Norma19, file.id, file.account, None, file.entries)])
}

#[derive(Default)]
struct Returns {
    id: String,
    account: Option<AccountNumber>,
    written: Option<NaiveDate>,
    charged: Option<NaiveDate>,
    sum: u64,
    entries: Vec<ReplyEntry>,
    closed: bool,
}

/// Records 5691 to 5696 repeat texts; the one of the return has an amount and an account.
fn is_receipt(line: &str) -> bool {
    let digits = |text: &str, width: usize| text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    line.get(3..4) == Some("0") || (digits(&field(line, 89, 98), 10) && digits(&field(line, 69, 88), 20))
}

fn returned(line: &str, file: &Returns) -> Option<ReplyEntry> {
    let cents: i64 = field(line, 89, 98).parse().ok().filter(|cents| *cents >= 0)?;
    let account = field(line, 69, 88);
    let iban = account.parse::<Ccc>().ok().and_then(|account| account.iban().ok());
    let account = iban.map_or(account, |iban| iban.as_str().to_owned());
    let digit = field(line, 155, 155);
    let code = format!("norma19-{digit}");
    let meaning = reason(&code).map_or("", |reason| reason.meaning);
    let payer = field(line, 17, 28);
    Some(ReplyEntry {
        status: line.get(..4).unwrap_or_default().into(),
        end_to_end_id: Some(field(line, 99, 114)).filter(|id| !id.is_empty()),
        mandate_id: Some(payer.trim_start_matches('0').to_owned()).filter(|id| !id.is_empty()),
        amount: Some(Money::from_minor(cents.checked_neg()?, Currency::EUR)),
        payer_name: Some(field(line, 29, 68)).filter(|name| !name.is_empty()),
        payer_account: AccountNumber::of(&account),
        reason: (!digit.is_empty()).then(|| GivenReason { code, text: meaning.into() }),
        remittance: field(line, 115, 154),
        booked_on: file.written,
        valued_on: file.charged,
        ..ReplyEntry::of(BankEntryKind::Returned, Scope::Transaction)
    })
}

fn own_account(line: &str) -> String {
    let account = field(line, 69, 88);
    let iban = account.parse::<Ccc>().ok().and_then(|account| account.iban().ok());
    iban.map_or(account, |iban| iban.as_str().to_owned())
}

/// Two files of one day have the same header, so the content tells them apart.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%d%m%y").ok()
}
