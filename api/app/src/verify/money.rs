//! Checks of the books, payments, credits and coupons.

use super::Checked;
use comptoir_db::{Db, Outcome, Scope, verify};
use comptoir_domain::Currency;
use comptoir_domain::ledger::{AccountCode, AccountKind, EntryKind};
use comptoir_domain::payments::TransactionKind;
use comptoir_domain::verify::{Finding, balances_follow, booked_as_documents, coupons_keep_their_limits, open_amounts};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) fn entries(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (count, empty) = verify::entries(db, scope)?;
    let nothing = verify::documents(db, scope)?.into_iter().filter(|document| document.sums.gross == 0);
    let nothing: BTreeSet<String> = nothing.map(|document| document.id.to_string()).collect();
    let wrong = empty.into_iter().filter(|(_, subject)| !nothing.contains(subject));
    let findings = wrong.map(|(id, _)| Finding::new(id, "an entry without postings")).collect();
    Ok(Checked { count: usize::try_from(count).unwrap_or_default(), findings })
}

/// What entries of some kinds moved on an account for each subject: debits minus credits.
fn moved(
    db: &mut Db,
    scope: Scope,
    kinds: &[EntryKind],
    is_meant: impl Fn(AccountCode) -> bool,
) -> Outcome<HashMap<String, i64>> {
    let mut sums: HashMap<String, i64> = HashMap::new();
    for (subject, debit, credit, _, amount) in verify::movements(db, scope, kinds)? {
        let sum = sums.entry(subject).or_default();
        *sum += if is_meant(debit) { amount } else { 0 };
        *sum -= if is_meant(credit) { amount } else { 0 };
    }
    Ok(sums)
}

pub(super) fn booked_documents(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let documents = verify::documents(db, scope)?;
    let kinds = [EntryKind::InvoiceIssued, EntryKind::CreditNote];
    let booked = moved(db, scope, &kinds, |account| account == AccountCode::Receivable)?;
    Ok(Checked { count: documents.len(), findings: booked_as_documents(&documents, &booked) })
}

pub(super) fn booked_payments(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    // where money arrives, and what was kept of it on the way
    let arrives = |account: AccountCode| {
        account == AccountCode::PaymentFees
            || (account.kind() == AccountKind::Asset && account != AccountCode::Receivable)
    };
    let (mut count, mut findings) = (0, Vec::new());
    for (kind, entries, sign, word) in [
        (TransactionKind::Payment, &[EntryKind::PaymentReceived][..], 1, "taken"),
        (TransactionKind::Refund, &[EntryKind::Refund, EntryKind::RefundFailed][..], -1, "given back"),
        (TransactionKind::Chargeback, &[EntryKind::Chargeback][..], -1, "returned"),
    ] {
        let mut booked = moved(db, scope, entries, arrives)?;
        for (id, amount) in verify::money_moved(db, scope, kind)? {
            count += 1;
            let in_books = sign * booked.remove(&id.to_string()).unwrap_or_default();
            if in_books != amount {
                findings.push(Finding::new(id, format!("{amount} was {word}, the books say {in_books}")));
            }
        }
        let rest = booked.into_iter().filter(|(_, sum)| *sum != 0);
        findings.extend(rest.map(|(subject, _)| Finding::new(subject, format!("booked, but nothing was {word}"))));
    }
    Ok(Checked { count, findings })
}

pub(super) fn booked_credits(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let steps = verify::credit_steps(db, scope)?;
    let mut balances = verify::account(db, scope, AccountCode::ClientCredit)?;
    let count = steps.len();
    let mut held: BTreeMap<_, i64> = BTreeMap::new();
    steps.into_iter().for_each(|(currency, step)| *held.entry(currency).or_default() += step.amount);
    // a liability grows by credit
    held.into_iter().for_each(|(currency, sum)| *balances.entry(currency).or_default() += sum);
    let wrong = balances.into_iter().filter(|(_, difference)| *difference != 0);
    let finding = |(currency, difference)| {
        Finding::new(currency, format!("credits and books differ by {difference} minor units"))
    };
    Ok(Checked { count, findings: wrong.map(finding).collect() })
}

pub(super) fn booked_templates(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let kept = verify::template_postings(db, scope)?;
    let count = kept.len();
    let mut differences: BTreeMap<(String, AccountCode, AccountCode, Currency), i64> = BTreeMap::new();
    for (document, debit, credit, currency, amount) in kept {
        *differences.entry((document, debit, credit, currency)).or_default() -= amount;
    }
    for (document, debit, credit, currency, amount) in verify::movements(db, scope, &[EntryKind::PlanTemplate])? {
        *differences.entry((document, debit, credit, currency)).or_default() += amount;
    }
    let wrong = differences.into_iter().filter(|(_, difference)| *difference != 0);
    let finding = |((document, debit, credit, currency), difference)| {
        let detail = format!(
            "the books have {difference} minor units of {currency} more from {credit} to {debit} than its lines"
        );
        Finding::new(document, detail)
    };
    Ok(Checked { count, findings: wrong.map(finding).collect() })
}

pub(super) fn open(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let documents = verify::documents(db, scope)?;
    let allocated = verify::allocated(db, scope)?;
    Ok(Checked { count: documents.len(), findings: open_amounts(&documents, &allocated) })
}

pub(super) fn credits(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let steps: Vec<_> = verify::credit_steps(db, scope)?.into_iter().map(|(_, step)| step).collect();
    Ok(Checked { count: steps.len(), findings: balances_follow(&steps) })
}

pub(super) fn coupons(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let coupons = verify::coupons(db, scope)?;
    Ok(Checked { count: coupons.len(), findings: coupons_keep_their_limits(&coupons) })
}
