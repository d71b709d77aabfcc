//! The debits of the page's SEPA file, and then what the bank answers: the whole way, with the contradiction that the page
//! has put in.

use super::samples::{eur, sepa_batch};
use super::*;
use comptoir_domain::bank::matching::{DebitVerdict, Finding, KnownDebit, OpenInvoice, Outcome, match_reply};
use comptoir_domain::bank::{Sequence, reason};
use comptoir_domain::payments::TransactionState::{self, Approved, Declined, Pending, Refunded};

fn sent() -> Vec<KnownDebit> {
    let batch = sepa_batch();
    let known = batch.debits.iter().map(|debit| {
        let mandate = debit.mandate.as_ref().unwrap();
        let group = if mandate.sequence == Sequence::First { "FRST" } else { "RCUR" };
        KnownDebit {
            end_to_end_id: debit.end_to_end_id.clone(),
            instruction_id: None,
            mandate_id: Some(mandate.reference.clone()),
            payment_info_id: Some(format!("{}-{group}", batch.id)),
            message_id: Some(batch.id.clone()),
            amount: debit.amount,
            collection_date: debit.collection_date,
            state: Pending,
        }
    });
    known.collect()
}

fn invoices() -> Vec<OpenInvoice> {
    vec![OpenInvoice { number: "2026-000051".into(), open: eur(11_900), accounts: Vec::new(), names: Vec::new() }]
}

/// Reads a file, writes down what follows, and says it in words.
fn live(debits: &mut [KnownDebit], bytes: &[u8]) -> Vec<String> {
    let (reply, before, invoices) = (only(bytes), debits.to_vec(), invoices());
    let mut words = Vec::new();
    for Finding { outcome, .. } in match_reply(&reply, &before, &invoices) {
        let last = |id: &str| id.rsplit('-').next().unwrap_or_default().to_owned();
        words.push(match outcome {
            Outcome::Apply { debit, verdict } => {
                let state: TransactionState = match verdict {
                    DebitVerdict::Accept => debit.state,
                    DebitVerdict::Approve => Approved,
                    DebitVerdict::Decline => Declined,
                    DebitVerdict::GiveBack => Refunded,
                };
                debits.iter_mut().find(|known| known.end_to_end_id == debit.end_to_end_id).unwrap().state = state;
                format!("{verdict} {}", last(&debit.end_to_end_id))
            }
            Outcome::Already { debit } => format!("already {}", last(&debit.end_to_end_id)),
            Outcome::Contradiction { debit, what } => {
                format!("{what} {}", debit.map_or(String::new(), |debit| last(&debit.end_to_end_id)))
            }
            Outcome::Propose { invoice, in_full } => format!("propose {} {in_full}", invoice.number),
            Outcome::Unmatched => "unmatched".into(),
            Outcome::Nothing => "nothing".into(),
        });
    }
    words
}

fn states(debits: &[KnownDebit]) -> Vec<TransactionState> {
    debits.iter().map(|debit| debit.state).collect()
}

#[test]
fn report_and_statement() {
    for statement in [
        fixture!("camt.053.001.02.xml"),
        fixture!("camt.053.001.08.xml"),
        fixture!("camt.054.001.02.xml"),
        fixture!("camt.054.001.08.xml"),
        fixture!("statement.mt940"),
    ] {
        let mut debits = sent();
        let report = live(&mut debits, fixture!("pain.002.001.08.xml"));
        assert_eq!(report, ["nothing", "accept 000042", "decline 000044", "accept 000043"]);
        assert_eq!(states(&debits), [Pending, Pending, Declined]);
        let first = ["approve 000042", "credited_after_refusal 000044", "give_back 000042", "propose 2026-000051 true"];
        assert_eq!(live(&mut debits, statement), first);
        assert_eq!(states(&debits), [Refunded, Pending, Declined]);
        // whoever reads the same once more changes nothing
        let again = live(&mut debits, statement);
        assert!(again.iter().all(|word| !word.starts_with("approve") && !word.starts_with("give_back")), "{again:?}");
        assert_eq!(states(&debits), [Refunded, Pending, Declined]);
    }
}

#[test]
fn reasons_of_the_bank_are_known() {
    for (bytes, code) in [
        (fixture!("pain.002.001.08.xml"), "AC04"),
        (fixture!("statement.mt940"), "MD06"),
        (fixture!("norma19-devoluciones.txt"), "norma19-1"),
    ] {
        let given = only(bytes).entries.into_iter().find_map(|entry| entry.reason).unwrap();
        assert_eq!(reason(&given.code).unwrap().code, code);
    }
}

#[test]
fn nothing_that_is_printed_shows_an_account() {
    for bytes in [fixture!("camt.053.001.08.xml"), fixture!("norma19-devoluciones.txt"), fixture!("statement.mt940")] {
        let printed = format!("{:?}", only(bytes));
        for account in ["ES9121000418450200051332", "FR1420041010050500013M02606", "00491500061234567890", "0200051332"]
        {
            assert!(!printed.contains(account), "{printed}");
        }
    }
    assert!(!format!("{:?}", sepa_batch()).contains("00491500061234567890"));
}
