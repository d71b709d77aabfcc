//! Checks a batch against the rules of SEPA and sorts it into groups: one for each sequence and due date, since both are
//! properties of a group. Creditor, account and scheme are the same in a batch.

use crate::bank::batch::{Address, Batch, Debit, SignedMandate, at};
use crate::bank::text::sepa as fold;
use chrono::NaiveDate;
use comptoir_domain::bank::{Bic, Iban, Sequence, sepa};
use comptoir_domain::{Check, Money, Result};

/// 999999999.99 euro.
const MOST_CENTS: i64 = 99_999_999_999;

/// Of every reference.
const LONGEST_ID: usize = 35;

/// Of every name.
const LONGEST_NAME: usize = 70;

/// Of a line of an address, street, town; postal code and house have 16.
const LONGEST_LINE: usize = 70;

/// Of the text.
const LONGEST_TEXT: usize = 140;

/// Why more is asked for.
const OUTSIDE: &str = "needed for accounts outside the European Economic Area";

/// Debits that are collected together.
pub(super) struct Group<'a> {
    /// Its reference.
    pub(super) id: String,
    pub(super) sequence: Sequence,
    pub(super) due: NaiveDate,
    pub(super) debits: Vec<(&'a Debit, &'a SignedMandate)>,
}

impl Group<'_> {
    pub(super) fn sum(&self) -> Result<Money> {
        Batch::sum(self.debits.iter().map(|(debit, _)| *debit))
    }
}

/// The groups, in the order in which their first debit stands in the batch.
pub(super) fn groups(batch: &Batch) -> Result<Vec<Group<'_>>> {
    let mut check = batch.check(MOST_CENTS);
    id(&mut check, "/id", &batch.id, false);
    name(&mut check, "/creditor/name", &batch.creditor.name);
    if let Some(other) = &batch.creditor.on_behalf_of {
        name(&mut check, "/creditor/on_behalf_of", other);
    }
    if let Some(found) = &batch.creditor.address {
        address(&mut check, "/creditor/address", found);
    }
    let reached = sepa::reaches(batch.creditor.account.country());
    check.ensure(reached, "/creditor/account", "not_reachable", "not reachable by SEPA");
    let mut groups: Vec<Group> = Vec::new();
    for (place, debit) in batch.debits.iter().enumerate() {
        let Some(mandate) = checked(&mut check, place, debit) else { continue };
        let key = (mandate.sequence, debit.collection_date);
        match groups.iter_mut().find(|group| (group.sequence, group.due) == key) {
            Some(group) => group.debits.push((debit, mandate)),
            None => {
                let id = group_id(&batch.id, mandate.sequence, &groups);
                groups.push(Group {
                    id,
                    sequence: mandate.sequence,
                    due: debit.collection_date,
                    debits: vec![(debit, mandate)],
                });
            }
        }
    }
    let short = groups.iter().all(|group| group.id.len() <= LONGEST_ID);
    check.ensure(short, "/id", "too_long", "groups add to it, and have 35 characters at most");
    check.done()?;
    Ok(groups)
}

/// `BATCH-1-RCUR`; the second of a sequence is `BATCH-1-RCUR-2`.
fn group_id(batch: &str, sequence: Sequence, before: &[Group]) -> String {
    match before.iter().filter(|group| group.sequence == sequence).count() {
        0 => format!("{batch}-{sequence}"),
        others => format!("{batch}-{sequence}-{}", others.saturating_add(1)),
    }
}

/// Notes what is wrong with an account; whether it is outside the European Economic Area, where more is needed.
pub(super) fn account(check: &mut Check, (place, bank): (&str, &str), iban: &Iban, bic: Option<&Bic>) -> bool {
    let country = iban.country();
    check.ensure(sepa::reaches(country), place, "not_reachable", "not reachable by SEPA");
    let is_outside = sepa::reaches(country) && !sepa::is_eea(country);
    check.ensure(!is_outside || bic.is_some(), bank, "required", OUTSIDE);
    is_outside
}

fn checked<'a>(check: &mut Check, place: usize, debit: &'a Debit) -> Option<&'a SignedMandate> {
    let at = |field: &str| at(place, field);
    id(check, &at("end_to_end_id"), &debit.end_to_end_id, false);
    name(check, &at("payer/name"), &debit.payer.name);
    if account(check, (&at("account"), &at("bic")), &debit.account, debit.bic.as_ref()) {
        check.ensure(debit.payer.address.is_some(), &at("payer/address"), "required", OUTSIDE);
    }
    if let Some(found) = &debit.payer.address {
        address(check, &at("payer/address"), found);
    }
    let text = remittance(debit);
    check.ensure(text.chars().count() <= LONGEST_TEXT, &at("texts"), "too_long", "at most 140 characters together");
    let both = debit.reference.is_some() && !text.is_empty();
    check.ensure(!both, &at("reference"), "one_of_two", "either texts or a structured reference");
    let Some(mandate) = &debit.mandate else {
        check.refuse(&at("mandate"), "required", "no collection without a mandate");
        return None;
    };
    id(check, &at("mandate/reference"), &mandate.reference, true);
    let signed = mandate.signed_on <= debit.collection_date;
    check.ensure(signed, &at("mandate/signed_on"), "out_of_range", "not after the collection");
    if let Some(amendment) = &mandate.amendment {
        let any = amendment.reference.is_some()
            || amendment.creditor_name.is_some()
            || amendment.creditor_id.is_some()
            || amendment.account.is_some();
        check.ensure(any, &at("mandate/amendment"), "required", "at least one thing that was different");
        if let Some(reference) = &amendment.reference {
            id(check, &at("mandate/amendment/reference"), reference, true);
        }
        if let Some(before) = &amendment.creditor_name {
            name(check, &at("mandate/amendment/creditor_name"), before);
        }
    }
    Some(mandate)
}

/// What the payer reads, in one line.
pub(super) fn remittance(debit: &Debit) -> String {
    let texts: Vec<String> = debit.texts.iter().map(|text| fold(text)).collect();
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A reference: no letter of it may be changed, so what does not fit is refused.
fn id(check: &mut Check, pointer: &str, text: &str, no_blanks: bool) {
    let length = (1..=LONGEST_ID).contains(&text.len());
    let letters = fold(text) == text && text.trim() == text && !(no_blanks && text.contains(' '));
    let slashes = !text.starts_with('/') && !text.ends_with('/') && !text.contains("//");
    let right = length && letters && slashes && text != "NOTPROVIDED";
    check.ensure(
        right,
        pointer,
        "invalid_reference",
        "1 to 35 letters, digits and -?:().,'+, single slashes inside only",
    );
}

/// A name: at least one letter is left of it, and it is not too long.
pub(super) fn name(check: &mut Check, pointer: &str, text: &str) {
    let length = fold(text).trim().len();
    check.ensure(length > 0, pointer, "required", "at least one letter");
    check.ensure(length <= LONGEST_NAME, pointer, "too_long", "at most 70 letters, umlauts counting as two");
}

fn address(check: &mut Check, pointer: &str, address: &Address) {
    let short = |text: &Option<String>, most| text.as_deref().is_none_or(|text| fold(text).len() <= most);
    let town = fold(&address.town).trim().len();
    check.ensure((1..=35).contains(&town), &format!("{pointer}/town"), "invalid_address", "1 to 35 letters");
    let fits = short(&address.street, LONGEST_LINE)
        && short(&address.building, 16)
        && short(&address.postal_code, 16)
        && fold(&address.street_line()).len() <= LONGEST_LINE
        && fold(&address.town_line()).len() <= LONGEST_LINE;
    check.ensure(fits, pointer, "too_long", "streets have at most 70 letters, house and postal code 16");
}
