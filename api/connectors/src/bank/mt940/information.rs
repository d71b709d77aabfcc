//! The text of a movement (`:86:`). Three ways are known: numbered fields of the German and Polish banks with words such as
//! `EREF+` inside, words between slashes of the Dutch ones, and plain text.

use super::line::{Movement, amount};
use crate::bank::iso20022::classify;
use comptoir_domain::Money;
use comptoir_domain::bank::{AccountNumber, BankEntryKind, GivenReason, ReplyEntry, Scope, reason};

/// What a word announces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    EndToEnd,
    Customer,
    Mandate,
    Text,
    Fee,
    Collected,
    Account,
    Name,
    Return,
    /// Nothing that we keep.
    Else,
}

const GERMAN: &[(&str, Word)] = &[
    ("EREF+", Word::EndToEnd),
    ("KREF+", Word::Customer),
    ("MREF+", Word::Mandate),
    ("SVWZ+", Word::Text),
    ("COAM+", Word::Fee),
    ("OAMT+", Word::Collected),
    ("IBAN+", Word::Account),
    ("CRED+", Word::Else),
    ("DEBT+", Word::Else),
    ("ABWA+", Word::Else),
    ("ABWE+", Word::Else),
    ("BIC+", Word::Else),
];

const DUTCH: &[(&str, Word)] = &[
    ("/EREF/", Word::EndToEnd),
    ("/PREF/", Word::Customer),
    ("/MARF/", Word::Mandate),
    ("/REMI/", Word::Text),
    ("/IBAN/", Word::Account),
    ("/NAME/", Word::Name),
    ("/RTRN/", Word::Return),
    ("/BIC/", Word::Else),
    ("/CSID/", Word::Else),
    ("/TRTP/", Word::Else),
    ("/ISDT/", Word::Else),
    ("/ORDP/", Word::Else),
    ("/BENM/", Word::Else),
    ("/ULTD/", Word::Else),
    ("/ID/", Word::Else),
];

/// What a text says, whichever way it was written.
#[derive(Default)]
struct Information {
    code: String,
    end_to_end: Option<String>,
    customer: Option<String>,
    mandate: Option<String>,
    text: String,
    fee: Option<String>,
    collected: Option<String>,
    account: Option<String>,
    name: Option<String>,
    reason: Option<String>,
}

/// The entry of a movement and its text.
pub(super) fn entry(movement: Movement, text: &str) -> ReplyEntry {
    let said = read(text);
    let money_in = !movement.amount.is_negative();
    let kind = classify::by_german_code(&said.code, money_in).unwrap_or_else(|| by_type(&movement, money_in));
    let currency = movement.amount.currency();
    let number = |text: &Option<String>| -> Option<Money> {
        amount(text.as_deref()?.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()), currency)
    };
    // what came back may be booked together with the bank's fee: what was collected counts
    let collected =
        number(&said.collected).filter(|_| kind == BankEntryKind::Returned).and_then(|amount| amount.negated().ok());
    let of_many = kind == BankEntryKind::Credited && said.end_to_end.is_none() && said.mandate.is_none();
    let group = said.customer.clone().or_else(|| movement.customer_reference.clone()).filter(|_| of_many);
    let mut entry = ReplyEntry::of(kind, if of_many { Scope::Group } else { Scope::Transaction });
    entry.reason = (kind == BankEntryKind::Returned).then(|| given_reason(&said));
    entry.status = if said.code.is_empty() { movement.kind } else { said.code };
    entry.end_to_end_id = said.end_to_end;
    entry.instruction_id = said.customer.or(movement.customer_reference).filter(|_| !of_many);
    entry.mandate_id = said.mandate;
    entry.payment_info_id = group;
    entry.amount = Some(collected.unwrap_or(movement.amount));
    entry.fee = number(&said.fee);
    entry.payer_name = said.name;
    entry.payer_account = said.account.as_deref().and_then(AccountNumber::of);
    entry.remittance = said.text;
    entry.booked_on = Some(movement.booked_on);
    entry.valued_on = Some(movement.valued_on);
    entry.bank_reference = movement.bank_reference;
    entry
}

/// What the type of a movement says where no code does.
fn by_type(movement: &Movement, money_in: bool) -> BankEntryKind {
    match (movement.kind.get(1..).unwrap_or_default(), money_in) {
        ("DDT", true) => BankEntryKind::Credited,
        ("TRF", true) if !movement.undone => BankEntryKind::Transfer,
        ("RTI", true) => BankEntryKind::TransferReturned,
        ("RTI", false) => BankEntryKind::Returned,
        ("CHG" | "INT", _) => BankEntryKind::Other,
        _ => classify::by_direction(money_in, movement.undone),
    }
}

/// A code of the bank, or one that stands in the text.
fn given_reason(said: &Information) -> GivenReason {
    let known = |word: &&str| word.len() == 4 && reason(word).is_some();
    let in_text = || said.text.split(|letter: char| !letter.is_ascii_alphanumeric()).find(known).map(str::to_owned);
    let code =
        said.reason.clone().filter(|code| reason(code).is_some()).or_else(in_text).or_else(|| said.reason.clone());
    GivenReason { code: code.unwrap_or_default(), text: said.text.clone() }
}

fn read(text: &str) -> Information {
    let line: String = text.split('\n').collect();
    let numbered = line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    let sign = line.chars().nth(3).filter(|sign| "?^".contains(*sign));
    match (numbered, sign) {
        (Some(code), Some(sign)) => {
            let mut said = by_number(&line, sign);
            said.code = code.into();
            said
        }
        _ if DUTCH.iter().any(|(word, _)| line.starts_with(word)) => by_word(&line, DUTCH),
        _ => by_word(text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ").trim(), GERMAN),
    }
}

/// `171?00TEXT?20EREF+…`: the purpose is cut into fields of 27 letters, so they are put together before its words are read.
fn by_number(line: &str, sign: char) -> Information {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for part in line.split(sign).skip(1) {
        match part.split_at_checked(2).filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((number, text)) => fields.push((number, text.to_owned())),
            // the sign stood in a text
            None => {
                if let Some((_, text)) = fields.last_mut() {
                    text.push(sign);
                    text.push_str(part);
                }
            }
        }
    }
    let of = |wanted: &[std::ops::RangeInclusive<u32>]| -> Option<String> {
        let there =
            |number: &str| number.parse().is_ok_and(|number| wanted.iter().any(|range| range.contains(&number)));
        let text: String = fields.iter().filter(|(number, _)| there(number)).map(|(_, text)| text.as_str()).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let mut said = by_word(&of(&[20..=29, 60..=63]).unwrap_or_default(), GERMAN);
    said.account = of(&[31..=31]).or(said.account);
    said.name = of(&[32..=33]).or(said.name);
    said.reason = of(&[34..=34]).filter(|number| number.starts_with('9')).or(said.reason);
    said
}

/// A text with words that announce what follows; without any, it is all text.
fn by_word(text: &str, words: &[(&str, Word)]) -> Information {
    let mut said = Information::default();
    let mut starts: Vec<(usize, &str, Word)> = Vec::new();
    for (at, _) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if let Some((word, kind)) = words.iter().find(|(word, _)| rest.starts_with(word)) {
            starts.push((at, word, *kind));
        }
    }
    let before = starts.first().map_or(text.len(), |(at, ..)| *at);
    said.text = text.get(..before).unwrap_or_default().trim().to_owned();
    let ends = starts.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
    for ((at, word, kind), end) in starts.iter().zip(ends) {
        let value = text.get(at + word.len()..end.max(at + word.len())).unwrap_or_default();
        let value = value.trim().trim_end_matches('/').trim();
        let reference =
            || Some(value.to_owned()).filter(|value| !value.is_empty() && value != "NOTPROVIDED" && value != "NONREF");
        match kind {
            Word::EndToEnd => said.end_to_end = reference(),
            Word::Customer => said.customer = reference(),
            Word::Mandate => said.mandate = reference(),
            Word::Text => said.text = value.trim_start_matches("USTD//").to_owned(),
            Word::Fee => said.fee = reference(),
            Word::Collected => said.collected = reference(),
            Word::Account => said.account = reference(),
            Word::Name => said.name = reference(),
            Word::Return => said.reason = reference(),
            Word::Else => {}
        }
    }
    said
}
