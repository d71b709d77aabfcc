//! Statements and notifications: what was booked on our account.

use super::tree::Element;
use super::{classify, given, joined, money};
use crate::bank::replies::{Limits, malformed, refused};
use chrono::NaiveDate;
use comptoir_domain::bank::{AccountNumber, BankEntryKind, BankReply, GivenReason, ReplyEntry, ReplyFormat, Scope};
use comptoir_domain::{Money, Result};

pub(super) fn read(message: &Element, format: ReplyFormat) -> Result<Vec<BankReply>> {
    let name = if format == ReplyFormat::Camt053 { "Stmt" } else { "Ntfctn" };
    let mut limits = Limits::new();
    message.all(name).map(|statement| read_one(statement, format, &mut limits)).collect()
}

fn read_one(statement: &Element, format: ReplyFormat, limits: &mut Limits) -> Result<BankReply> {
    let id = statement.text_at("Id").ok_or_else(|| refused("malformed", "a statement has no number"))?;
    let sequence = statement.text_at_one_of(&["ElctrncSeqNb", "LglSeqNb"]).unwrap_or_default();
    let account = statement.text_at_one_of(&["Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id"]);
    let mut entries = Vec::new();
    let mut booked = Vec::new();
    for (place, entry) in statement.all("Ntry").enumerate() {
        if entry.text_at_one_of(&["Sts/Cd", "Sts"]) != Some("BOOK") {
            continue;
        }
        let amount = signed(entry, "Amt")
            .ok_or_else(|| malformed(&format!("entry {}", place + 1), "no amount, or no direction"))?;
        booked.push(amount);
        for part in parts(entry, amount) {
            limits.entry()?;
            entries.push(part);
        }
    }
    if let (Some(opening), Some(closing)) = (balance(statement, &["OPBD", "PRCD"]), balance(statement, &["CLBD"])) {
        let sum = booked
            .into_iter()
            .try_fold(opening, Money::plus)
            .map_err(|error| refused("unbalanced", error.to_string()))?;
        let off = closing.minus(sum).map_err(|error| refused("unbalanced", error.to_string()))?;
        if !off.is_zero() {
            let detail = format!(
                "statement {id}: {} is missing between opening balance, entries and closing balance",
                off.decimal()
            );
            return Err(refused("unbalanced", detail));
        }
    }
    let id = if sequence.is_empty() { id.to_owned() } else { format!("{id}/{sequence}") };
    Ok(BankReply::new(format, id, account.and_then(AccountNumber::of), None, entries))
}

/// The first balance of one of these kinds.
fn balance(statement: &Element, kinds: &[&str]) -> Option<Money> {
    kinds.iter().find_map(|kind| {
        let found = statement.all("Bal").find(|balance| balance.text_at("Tp/CdOrPrtry/Cd") == Some(kind));
        found.and_then(|balance| signed(balance, "Amt"))
    })
}

/// An amount, below zero if it left the account.
fn signed(element: &Element, path: &str) -> Option<Money> {
    let amount = element.at(path).and_then(money)?;
    match element.text_at("CdtDbtInd")? {
        "CRDT" => Some(amount),
        "DBIT" => amount.negated().ok(),
        _ => None,
    }
}

/// A booking, or what it consists of.
fn parts(entry: &Element, amount: Money) -> Vec<ReplyEntry> {
    let details: Vec<&Element> = entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    let group = entry.all("NtryDtls").find_map(|details| given(details.text_at("Btch/PmtInfId")));
    let none = Element::default();
    if details.is_empty() {
        let scope = if group.is_some() { Scope::Group } else { Scope::Transaction };
        return vec![ReplyEntry { payment_info_id: group, ..part(entry, &none, Some(amount), scope) }];
    }
    let alone = details.len() == 1;
    let one = |transaction: &&Element| {
        // in the second version a single part has no amount of its own
        let own = part_amount(transaction, amount).or(alone.then_some(amount));
        let read = part(entry, transaction, own, Scope::Transaction);
        ReplyEntry { payment_info_id: read.payment_info_id.clone().or_else(|| group.clone()), ..read }
    };
    details.iter().map(one).collect()
}

/// The amount of a part. A direct debit that came back may be booked with the bank's fee: what was collected counts.
fn part_amount(transaction: &Element, booked: Money) -> Option<Money> {
    let returned = transaction.at("RtrInf").is_some();
    let collected = returned.then(|| transaction.at("AmtDtls/InstdAmt/Amt").and_then(money)).flatten();
    let of_part = || transaction.at("Amt").or_else(|| transaction.at("AmtDtls/TxAmt/Amt")).and_then(money);
    let amount = collected.or_else(of_part)?;
    let out = transaction.text_at("CdtDbtInd").map_or(booked.is_negative(), |direction| direction == "DBIT");
    if out { amount.negated().ok() } else { Some(amount) }
}

fn part(entry: &Element, transaction: &Element, amount: Option<Money>, scope: Scope) -> ReplyEntry {
    let refs = |name: &str| given(transaction.text_at(&format!("Refs/{name}")));
    let either = |path: &str| transaction.text_at(path).or_else(|| entry.text_at(path));
    let money_in = amount.map_or(entry.text_at("CdtDbtInd") == Some("CRDT"), |amount| !amount.is_negative());
    let (kind, status) = kind(entry, transaction, money_in);
    let party = if money_in || transaction.at("RltdPties/Dbtr").is_some() { "Dbtr" } else { "Cdtr" };
    let name = transaction.text_at_one_of(&[&format!("RltdPties/{party}/Nm"), &format!("RltdPties/{party}/Pty/Nm")]);
    let account = [format!("RltdPties/{party}Acct/Id/IBAN"), format!("RltdPties/{party}Acct/Id/Othr/Id")];
    let written = joined(transaction.all("RmtInf").flat_map(|remittance| remittance.all("Ustrd")));
    let written = if written.is_empty() {
        either("AddtlTxInf").or(either("AddtlNtryInf")).unwrap_or_default().to_owned()
    } else {
        written
    };
    let mut read = ReplyEntry::of(kind, scope);
    read.status = status;
    read.end_to_end_id = refs("EndToEndId");
    read.instruction_id = refs("InstrId");
    read.mandate_id = refs("MndtId");
    read.payment_info_id = refs("PmtInfId");
    read.message_id = refs("MsgId");
    read.amount = amount;
    read.payer_name = name.map(str::to_owned);
    read.payer_account = account.iter().find_map(|path| transaction.text_at(path)).and_then(AccountNumber::of);
    read.reason = reason(transaction);
    read.remittance = written;
    read.creditor_reference = transaction.text_at("RmtInf/Strd/CdtrRefInf/Ref").map(str::to_owned);
    read.booked_on = date(entry, "BookgDt");
    read.valued_on = date(entry, "ValDt");
    read.bank_reference =
        either("Refs/AcctSvcrRef").or(entry.text_at("AcctSvcrRef")).or(entry.text_at("NtryRef")).map(str::to_owned);
    read.fee = fee(transaction).or_else(|| fee(entry));
    read
}

/// What a booking is and by which code. Information about a return decides before any code.
fn kind(entry: &Element, transaction: &Element, money_in: bool) -> (BankEntryKind, String) {
    let code = |path: &str| {
        let path = format!("BkTxCd/{path}");
        transaction.text_at(&path).or_else(|| entry.text_at(&path)).unwrap_or_default().to_owned()
    };
    let (domain, family, sub) = (code("Domn/Cd"), code("Domn/Fmly/Cd"), code("Domn/Fmly/SubFmlyCd"));
    let own = code("Prtry/Cd");
    let status = if domain.is_empty() { own.clone() } else { format!("{domain}/{family}/{sub}") };
    let undone = entry.text_at("RvslInd").is_some_and(|word| ["true", "1"].contains(&word));
    if transaction.at("RtrInf").is_some() {
        let taken_back = classify::by_family(&family, &sub, false) == Some(BankEntryKind::Reversed);
        let kind = match money_in {
            true => BankEntryKind::TransferReturned,
            false if taken_back => BankEntryKind::Reversed,
            false => BankEntryKind::Returned,
        };
        return (kind, status);
    }
    let known = if domain == "PMNT" { classify::by_family(&family, &sub, money_in) } else { None };
    // German banks put theirs between plus signs: NTRF+166+00931
    let german = || own.split('+').find_map(|part| classify::by_german_code(part, money_in));
    let kind = known.or_else(german).unwrap_or_else(|| classify::by_direction(money_in, undone));
    (kind, status)
}

fn reason(transaction: &Element) -> Option<GivenReason> {
    let given = transaction.at("RtrInf")?;
    let code = given.text_at_one_of(&["Rsn/Cd", "Rsn/Prtry"]).unwrap_or_default().to_owned();
    Some(GivenReason { code, text: joined(given.all("AddtlInf")) })
}

/// A day, or the day of a time.
fn date(entry: &Element, name: &str) -> Option<NaiveDate> {
    let text = entry.at(name)?.text_at_one_of(&["Dt", "DtTm"])?;
    text.get(..10)?.parse().ok()
}

/// What the bank charges: the total, or the sum of its parts.
fn fee(element: &Element) -> Option<Money> {
    let charges = element.at("Chrgs")?;
    if let Some(total) = charges.at("TtlChrgsAndTaxAmt").and_then(money) {
        return Some(total);
    }
    let mut parts =
        charges.all("Rcrd").filter_map(|record| record.at("Amt")).chain(charges.all("Amt")).filter_map(money);
    let first = parts.next()?;
    parts.try_fold(first, Money::plus).ok()
}
