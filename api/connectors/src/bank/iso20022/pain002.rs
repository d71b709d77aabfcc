//! Status reports: what the bank thinks of a batch, its groups and its transactions.

use super::tree::Element;
use super::{given, joined, money};
use crate::bank::replies::{Limits, refused};
use comptoir_domain::Result;
use comptoir_domain::bank::{AccountNumber, BankEntryKind, BankReply, GivenReason, ReplyEntry, ReplyFormat, Scope};

/// Words of the bank and what they mean. `PART` depends on what is said below.
const STATUSES: &[(&str, BankEntryKind)] = &[
    ("RCVD", BankEntryKind::Pending),
    ("PDNG", BankEntryKind::Pending),
    ("ACTC", BankEntryKind::Accepted),
    ("ACCP", BankEntryKind::Accepted),
    ("ACSP", BankEntryKind::Accepted),
    ("ACSC", BankEntryKind::Accepted),
    ("ACCC", BankEntryKind::Accepted),
    ("ACWC", BankEntryKind::Accepted),
    ("RJCT", BankEntryKind::Rejected),
    ("CANC", BankEntryKind::Rejected),
];

pub(super) fn read(report: &Element) -> Result<Vec<BankReply>> {
    let id = report.text_at("GrpHdr/MsgId").ok_or_else(|| refused("malformed", "the report has no number"))?;
    let none = Element::default();
    let batch = report.at("OrgnlGrpInfAndSts").unwrap_or(&none);
    let message_id = given(batch.text_at("OrgnlMsgId"));
    let groups: Vec<&Element> = report.all("OrgnlPmtInfAndSts").collect();
    let mut limits = Limits::new();
    let mut entries = Vec::new();
    let mut add = |entry: ReplyEntry| {
        limits.entry()?;
        entries.push(ReplyEntry { message_id: message_id.clone(), ..entry });
        Ok::<_, comptoir_domain::Problem>(())
    };
    let batch_status = batch.text_at("GrpSts");
    if let Some(status) = batch_status {
        let named = !groups.is_empty() || report.all("TxInfAndSts").next().is_some();
        add(ReplyEntry { reason: reason(batch), ..stated(status, named, Scope::Batch) })?;
    }
    // the second version has transactions without groups
    for transaction in report.all("TxInfAndSts") {
        let group = given(transaction.text_at("OrgnlPmtInfId"));
        add(ReplyEntry { payment_info_id: group, ..transaction_entry(transaction, batch_status) })?;
    }
    for group in groups {
        let group_id = given(group.text_at("OrgnlPmtInfId"));
        let status = group.text_at("PmtInfSts");
        if let Some(status) = status {
            let named = group.all("TxInfAndSts").next().is_some();
            let entry = ReplyEntry { reason: reason(group), ..stated(status, named, Scope::Group) };
            add(ReplyEntry { payment_info_id: group_id.clone(), ..entry })?;
        }
        for transaction in group.all("TxInfAndSts") {
            let entry = transaction_entry(transaction, status.or(batch_status));
            add(ReplyEntry { payment_info_id: group_id.clone(), ..entry })?;
        }
    }
    Ok(vec![BankReply::new(ReplyFormat::Pain002, id.into(), None, message_id, entries)])
}

/// An entry of a status. Of a part (`PART`) those that are not named are accepted; if nobody is named, nobody knows.
fn stated(status: &str, named_below: bool, scope: Scope) -> ReplyEntry {
    let kind = match STATUSES.iter().find(|(word, _)| *word == status) {
        Some((_, kind)) => *kind,
        None if status == "PART" && named_below => BankEntryKind::Accepted,
        None => BankEntryKind::Pending,
    };
    ReplyEntry { status: status.into(), ..ReplyEntry::of(kind, scope) }
}

/// A transaction; without a status of its own it has that of what it belongs to.
fn transaction_entry(transaction: &Element, inherited: Option<&str>) -> ReplyEntry {
    let status = transaction.text_at("TxSts").or(inherited).unwrap_or_default();
    let none = Element::default();
    let order = transaction.at("OrgnlTxRef").unwrap_or(&none);
    let mandate = ["MndtRltdInf/MndtId", "MndtRltdInf/DrctDbtMndt/MndtId"];
    ReplyEntry {
        instruction_id: given(transaction.text_at("OrgnlInstrId")),
        end_to_end_id: given(transaction.text_at("OrgnlEndToEndId")),
        mandate_id: given(order.text_at_one_of(&mandate)),
        amount: order.at("Amt/InstdAmt").and_then(money),
        payer_name: order.text_at_one_of(&["Dbtr/Nm", "Dbtr/Pty/Nm"]).map(str::to_owned),
        payer_account: order.text_at("DbtrAcct/Id/IBAN").and_then(AccountNumber::of),
        reason: reason(transaction),
        bank_reference: given(transaction.text_at("AcctSvcrRef")),
        ..stated(status, false, Scope::Transaction)
    }
}

/// The first code, and all texts.
fn reason(stated: &Element) -> Option<GivenReason> {
    let code = stated.all("StsRsnInf").find_map(|reason| reason.text_at_one_of(&["Rsn/Cd", "Rsn/Prtry"]));
    let text = joined(stated.all("StsRsnInf").flat_map(|reason| reason.all("AddtlInf")));
    let code = code.unwrap_or_default().to_owned();
    (!code.is_empty() || !text.is_empty()).then_some(GivenReason { code, text })
}
