//! Answers against what we know, in plain data. The readers' tests go through the same with files.

use super::*;
use crate::Currency;
use crate::bank::{AccountNumber, ReplyFormat, RfReference};
use crate::payments::TransactionState::*;
use proptest::prelude::*;

fn eur(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn debit(number: u32, cents: i64, state: TransactionState) -> KnownDebit {
    KnownDebit {
        end_to_end_id: format!("INV-2026-{number:06}"),
        instruction_id: Some(format!("I{number}")),
        mandate_id: Some(format!("MND-{number}-1")),
        payment_info_id: Some("BATCH-1-RCUR".into()),
        message_id: Some("BATCH-1".into()),
        amount: eur(cents),
        collection_date: day("2026-11-30"),
        state,
    }
}

fn invoice(number: &str, cents: i64, accounts: &[&str]) -> OpenInvoice {
    let accounts = accounts.iter().map(|account| Iban::parse(account).unwrap()).collect();
    OpenInvoice { number: number.into(), open: eur(cents), accounts, names: Vec::new() }
}

fn entry(kind: BankEntryKind, cents: i64) -> ReplyEntry {
    ReplyEntry {
        amount: Some(eur(cents)),
        booked_on: Some(day("2026-11-30")),
        ..ReplyEntry::of(kind, Scope::Transaction)
    }
}

fn reply(entries: Vec<ReplyEntry>) -> BankReply {
    let report = entries.iter().any(|entry| entry.scope == Scope::Batch);
    let format = if report { ReplyFormat::Pain002 } else { ReplyFormat::Camt053 };
    BankReply::new(format, "1".into(), None, None, entries)
}

/// What was found, as `key outcome reference`.
fn found(entries: Vec<ReplyEntry>, debits: &[KnownDebit], invoices: &[OpenInvoice]) -> Vec<String> {
    let reply = reply(entries);
    let words = match_reply(&reply, debits, invoices).into_iter().map(|finding| {
        let key = finding.key.map_or("-", MatchKey::as_str);
        match finding.outcome {
            Outcome::Apply { debit, verdict } => format!("{key} {verdict} {}", debit.end_to_end_id),
            Outcome::Already { debit } => format!("{key} already {}", debit.end_to_end_id),
            Outcome::Contradiction { debit: Some(debit), what } => format!("{key} {what} {}", debit.end_to_end_id),
            Outcome::Contradiction { debit: None, what } => format!("{key} {what}"),
            Outcome::Propose { invoice, in_full } => format!("{key} propose {} {in_full}", invoice.number),
            Outcome::Unmatched => "unmatched".into(),
            Outcome::Nothing => "nothing".into(),
        }
    });
    words.collect()
}

#[test]
fn the_surest_key_decides() {
    let debits = [debit(42, 2178, Pending), debit(44, 605, Pending)];
    let credited = |cents| entry(BankEntryKind::Credited, cents);
    let by = |change: fn(&mut ReplyEntry)| {
        let mut entry = credited(2178);
        change(&mut entry);
        found(vec![entry], &debits, &[]).join(", ")
    };
    let both = |entry: &mut ReplyEntry| {
        entry.end_to_end_id = Some("INV-2026-000042".into());
        entry.mandate_id = Some("MND-44-1".into());
    };
    assert_eq!(by(both), "end_to_end_id approve INV-2026-000042");
    assert_eq!(by(|entry| entry.instruction_id = Some("I42".into())), "instruction_id approve INV-2026-000042");
    assert_eq!(by(|entry| entry.mandate_id = Some("mnd-42-1".into())), "mandate approve INV-2026-000042");
    assert_eq!(by(|entry| entry.mandate_id = Some("MND-44-1".into())), "unmatched");
    assert_eq!(
        by(|entry| entry.remittance = "RG INV 2026-000042 NOV".into()),
        "reference_in_text approve INV-2026-000042"
    );
    assert_eq!(by(|entry| entry.remittance = "RG INV 2026-000044".into()), "unmatched");
    assert_eq!(by(|_| ()), "unmatched");
}

#[test]
fn amounts_have_to_be_the_same() {
    let debits = [debit(42, 2178, Pending)];
    let wrong = ReplyEntry { end_to_end_id: Some("INV-2026-000042".into()), ..entry(BankEntryKind::Credited, 2177) };
    assert_eq!(found(vec![wrong], &debits, &[]), ["end_to_end_id amount_differs INV-2026-000042"]);
}

#[test]
fn what_follows_depends_on_where_it_stands() {
    let word = |kind: BankEntryKind, cents: i64, state: TransactionState| {
        let named = ReplyEntry { end_to_end_id: Some("INV-2026-000042".into()), ..entry(kind, cents) };
        let all = found(vec![named], &[debit(42, 2178, state)], &[]);
        all[0].split(' ').nth(1).unwrap_or("nothing").to_owned()
    };
    use BankEntryKind::{Accepted, Credited, Other, Rejected, Returned, Reversed};
    for (kind, cents, state, want) in [
        (Accepted, 2178, Pending, "accept"),
        (Accepted, 2178, Approved, "already"),
        (Accepted, 2178, Declined, "accepted_after_refusal"),
        (Rejected, 2178, Pending, "decline"),
        (Rejected, 2178, Declined, "already"),
        (Rejected, 2178, Approved, "refused_after_credit"),
        (Credited, 2178, Unknown, "approve"),
        (Credited, 2178, Approved, "already"),
        (Credited, 2178, Declined, "credited_after_refusal"),
        (Credited, 2178, Refunded, "credited_after_return"),
        (Returned, -2178, Pending, "decline"),
        (Returned, -2178, Approved, "give_back"),
        (Returned, -2178, Refunded, "already"),
        (Returned, -2178, Declined, "already"),
        (Reversed, -2178, Captured, "give_back"),
        // codes that only the bank knows
        (Other, -2178, Approved, "give_back"),
        (BankEntryKind::MoneyIn, 2178, Pending, "approve"),
        (BankEntryKind::Pending, 2178, Pending, "nothing"),
    ] {
        assert_eq!(word(kind, cents, state), want, "{kind} of {state}");
    }
}

#[test]
fn what_came_and_went_in_one_statement() {
    let debits = [debit(42, 2178, Pending)];
    let named = |kind, cents| ReplyEntry { end_to_end_id: Some("INV-2026-000042".into()), ..entry(kind, cents) };
    let entries = vec![
        named(BankEntryKind::Credited, 2178),
        named(BankEntryKind::Returned, -2178),
        named(BankEntryKind::Returned, -2178),
    ];
    let words = ["approve", "give_back", "already"].map(|word| format!("end_to_end_id {word} INV-2026-000042"));
    assert_eq!(found(entries, &debits, &[]), words);
}

#[test]
fn a_group_comes_before_its_returns() {
    let debits = [debit(42, 2178, Pending), debit(44, 605, Pending)];
    let group = ReplyEntry {
        scope: Scope::Group,
        payment_info_id: Some("BATCH-1-RCUR".into()),
        ..entry(BankEntryKind::Credited, 2783)
    };
    let back = ReplyEntry { end_to_end_id: Some("INV-2026-000042".into()), ..entry(BankEntryKind::Returned, -2178) };
    assert_eq!(found(vec![group, back], &debits, &[])[2], "end_to_end_id give_back INV-2026-000042");
}

/// 21.78 + 6.05 = 27.83; with the second refused before, 21.78 is the whole group too.
#[test]
fn a_group_is_booked_as_one_sum() {
    let group = |cents| ReplyEntry {
        scope: Scope::Group,
        payment_info_id: Some("BATCH-1-RCUR".into()),
        ..entry(BankEntryKind::Credited, cents)
    };
    let (first, second) = (debit(42, 2178, Pending), debit(44, 605, Pending));
    let refused = KnownDebit { state: Declined, ..second.clone() };
    let both = found(vec![group(2783)], &[first.clone(), second.clone()], &[]);
    assert_eq!(both, ["payment_info_id approve INV-2026-000042", "payment_info_id approve INV-2026-000044"]);
    let contradicted = found(vec![group(2783)], &[first.clone(), refused.clone()], &[]);
    assert_eq!(contradicted[1], "payment_info_id credited_after_refusal INV-2026-000044");
    assert_eq!(found(vec![group(2178)], &[first.clone(), refused], &[]), ["payment_info_id approve INV-2026-000042"]);
    assert_eq!(found(vec![group(2000)], &[first, second], &[]), ["payment_info_id amount_differs"]);
}

#[test]
fn lower_levels_of_a_report_override_upper_ones() {
    let debits = [debit(42, 2178, Pending), debit(43, 100, Pending), debit(44, 605, Pending)];
    let plain = |kind, scope| ReplyEntry { amount: None, booked_on: None, ..ReplyEntry::of(kind, scope) };
    let batch = ReplyEntry { message_id: Some("BATCH-1".into()), ..plain(BankEntryKind::Accepted, Scope::Batch) };
    let single = ReplyEntry {
        end_to_end_id: Some("INV-2026-000044".into()),
        ..plain(BankEntryKind::Rejected, Scope::Transaction)
    };
    let want = [
        "message_id accept INV-2026-000042",
        "message_id accept INV-2026-000043",
        "end_to_end_id decline INV-2026-000044",
    ];
    assert_eq!(found(vec![batch.clone(), single], &debits, &[]), want);
    let group =
        ReplyEntry { payment_info_id: Some("BATCH-1-RCUR".into()), ..plain(BankEntryKind::Rejected, Scope::Group) };
    let words = found(vec![batch, group], &debits, &[]);
    assert_eq!((words.len(), words[0].as_str()), (4, "nothing"));
    assert!(words[1..].iter().all(|word| word.starts_with("payment_info_id decline")), "{words:?}");
}

#[test]
fn transfers_are_proposed_and_never_booked() {
    const PAYER: &str = "FR1420041010050500013M02606";
    let invoices =
        [invoice("2026-000051", 11_900, &[PAYER]), invoice("2026-000052", 5_000, &[]), invoice("7", 100, &[])];
    let transfer = |cents, text: &str| ReplyEntry { remittance: text.into(), ..entry(BankEntryKind::Transfer, cents) };
    let words = |entry| found(vec![entry], &[], &invoices).join(", ");
    assert_eq!(words(transfer(11_900, "RF18 2026 INV-2026-000051")), "invoice_number propose 2026-000051 true");
    assert_eq!(words(transfer(100, "facture 2026000051")), "invoice_number propose 2026-000051 false");
    let two = "invoice_number propose 2026-000051 false, invoice_number propose 2026-000052 false";
    assert_eq!(words(transfer(16_900, "2026-000051 et 2026-000052")), two);
    // a short number alone says little
    assert_eq!(words(transfer(200, "7 rue")), "unmatched");
    assert_eq!(words(transfer(100, "invoice 7")), "invoice_number propose 7 true");
    let reference = RfReference::of("2026-000052").unwrap().as_str().to_owned();
    let structured = ReplyEntry { creditor_reference: Some(reference), ..transfer(5_000, "") };
    assert_eq!(words(structured), "rf_reference propose 2026-000052 true");
    let known = ReplyEntry { payer_account: AccountNumber::of(PAYER), ..transfer(11_900, "thanks") };
    assert_eq!(words(known), "amount_and_account propose 2026-000051 true");
    let other = ReplyEntry { payer_account: AccountNumber::of(PAYER), ..transfer(11_800, "thanks") };
    assert_eq!(words(other), "unmatched");
}

/// The amount and the account, in either way to write it; else the amount and the name. A number in the text comes first.
#[test]
fn payers_are_known_by_account_or_name() {
    const SPANISH: &str = "ES9121000418450200051332";
    let known = |number, cents, accounts, name: &str| OpenInvoice {
        names: vec![name.into()],
        ..invoice(number, cents, accounts)
    };
    let invoices = [
        known("2026-000051", 11_900, &[SPANISH], "Núñez SL"),
        known("2026-000052", 11_900, &[], "Carla Martin"),
        known("2026-000053", 11_900, &[], "Martin Carla"),
        known("2026-000054", 5_000, &[], "Carla Martin"),
    ];
    let words = |cents, text: &str, account: &str, name: &str| {
        let paid = ReplyEntry {
            payer_account: AccountNumber::of(account),
            payer_name: Some(name.into()),
            remittance: text.into(),
            ..entry(BankEntryKind::Transfer, cents)
        };
        found(vec![paid], &[], &invoices).join(", ")
    };
    assert_eq!(words(11_900, "", SPANISH, "CARLA MARTIN"), "amount_and_account propose 2026-000051 true");
    assert_eq!(words(11_900, "", "2100 0418 45 0200051332", ""), "amount_and_account propose 2026-000051 true");
    assert_eq!(words(11_900, "", "DE89 3704 0044 0532 0130 00", "NUNES SL"), "unmatched");
    assert_eq!(
        words(11_900, "", "DE89 3704 0044 0532 0130 00", "NUNEZ S.L."),
        "amount_and_name propose 2026-000051 true"
    );
    assert_eq!(words(5_000, "", "", "MARTIN, CARLA"), "amount_and_name propose 2026-000054 true");
    let two = "amount_and_name propose 2026-000052 true, amount_and_name propose 2026-000053 true";
    assert_eq!(words(11_900, "", "", "MARTIN, CARLA"), two);
    assert_eq!(words(11_900, "2026-000054", SPANISH, "CARLA MARTIN"), "invoice_number propose 2026-000054 false");
    assert_eq!(words(11_901, "", SPANISH, "CARLA MARTIN"), "unmatched");
    assert_eq!(words(11_900, "", "", ""), "unmatched");
}

/// Ten are looked through, eleven are not.
#[test]
fn too_many_invoices_that_fit_are_said_to_be_so() {
    let paid = ReplyEntry { payer_name: Some("Carla Martin".into()), ..entry(BankEntryKind::Transfer, 1_000) };
    let open = |count: u32| -> Vec<OpenInvoice> {
        let one = |number| OpenInvoice {
            names: vec!["Carla Martin".into()],
            ..invoice(&format!("2026-{number:06}"), 1_000, &[])
        };
        (0..count).map(one).collect()
    };
    assert_eq!(found(vec![paid.clone()], &[], &open(10)).len(), 10);
    assert_eq!(found(vec![paid], &[], &open(11)), ["amount_and_name ambiguous"]);
}

#[test]
fn a_transfer_is_no_debit_whatever_its_reference() {
    let debits = [debit(42, 2178, Pending)];
    let named = |kind| ReplyEntry { end_to_end_id: Some("INV-2026-000042".into()), ..entry(kind, 2178) };
    assert_eq!(found(vec![named(BankEntryKind::Transfer)], &debits, &[]), ["unmatched"]);
    // of banks that say nothing it is taken for one
    let unsaid = found(vec![named(BankEntryKind::MoneyIn)], &debits, &[]);
    assert_eq!(unsaid, ["end_to_end_id approve INV-2026-000042"]);
    let text = ReplyEntry { remittance: "2026-000051".into(), ..entry(BankEntryKind::MoneyIn, 100) };
    let words = found(vec![text], &debits, &[invoice("2026-000051", 100, &[])]);
    assert_eq!(words, ["invoice_number propose 2026-000051 true"]);
}

#[test]
fn who_cannot_be_told_apart_is_left_alone() {
    let twin = KnownDebit { end_to_end_id: "X-1".into(), ..debit(42, 2178, Pending) };
    let named = ReplyEntry { mandate_id: Some("MND-42-1".into()), ..entry(BankEntryKind::Credited, 2178) };
    assert_eq!(found(vec![named.clone()], &[debit(42, 2178, Pending), twin.clone()], &[]), ["mandate ambiguous"]);
    // of two months the one that was due then
    let earlier = KnownDebit { collection_date: day("2026-10-30"), ..twin };
    assert_eq!(found(vec![named], &[debit(42, 2178, Pending), earlier], &[]), ["mandate approve INV-2026-000042"]);
}

proptest! {
    /// Reading the same answer again changes nothing, whatever it says.
    #[test]
    fn a_second_reading_decides_nothing(
        kinds in prop::collection::vec((prop::sample::select(BankEntryKind::ALL), 0_u32..4), 0..12),
        states in prop::collection::vec(prop::sample::select(TransactionState::ALL), 4),
    ) {
        let mut debits: Vec<_> = (0..4).zip(&states).map(|(number, state)| debit(number, 2178, *state)).collect();
        let entries = kinds.iter().map(|(kind, number)| ReplyEntry {
            end_to_end_id: Some(format!("INV-2026-{number:06}")),
            ..entry(*kind, if matches!(kind, BankEntryKind::Returned | BankEntryKind::Reversed) { -2178 } else { 2178 })
        });
        let reply = reply(entries.collect());
        let before = debits.clone();
        for finding in match_reply(&reply, &before, &[]) {
            if let Outcome::Apply { debit, verdict } = finding.outcome {
                let at = debits.iter().position(|known| known.end_to_end_id == debit.end_to_end_id).unwrap();
                debits[at].state = match verdict {
                    DebitVerdict::Accept => debits[at].state,
                    DebitVerdict::Approve => Approved,
                    DebitVerdict::Decline => Declined,
                    DebitVerdict::GiveBack => Refunded,
                };
            }
        }
        for finding in match_reply(&reply, &debits, &[]) {
            let moved = matches!(finding.outcome, Outcome::Apply { verdict, .. } if verdict != DebitVerdict::Accept);
            prop_assert!(!moved, "{:?}", finding);
        }
    }
}
