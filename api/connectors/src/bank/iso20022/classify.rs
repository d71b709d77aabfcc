//! What a booking is, by the codes that banks give it.

use comptoir_domain::bank::BankEntryKind::{
    self, Credited, MoneyIn, Other, Returned, Reversed, Transfer, TransferReturned,
};

/// Codes of ISO 20022: family, sub-family (`*` for any), what money in is, what money out is. The first that fits decides.
const FAMILIES: &[(&str, &str, BankEntryKind, BankEntryKind)] = &[
    ("IDDT", "UPDD", Other, Returned),
    ("IDDT", "PRDD", Other, Reversed),
    ("IDDT", "*", Credited, Returned),
    ("RCDT", "*", Transfer, Other),
    ("RRCT", "*", Transfer, Other),
    ("ICDT", "RRTN", TransferReturned, Other),
    ("ICDT", "*", Other, Other),
    ("RDDT", "*", Other, Other),
    ("CCRD", "*", Other, Other),
];

/// Codes of the German banks (GVC): what money in is, what money out is.
const GERMAN: &[(&str, BankEntryKind, BankEntryKind)] = &[
    ("004", Credited, Other),
    ("005", Credited, Other),
    ("009", Other, Returned),
    ("051", Transfer, Other),
    ("104", Other, Other),
    ("105", Other, Other),
    ("108", Other, Returned),
    ("109", Other, Returned),
    ("159", TransferReturned, Other),
    ("166", Transfer, Other),
    ("169", Transfer, Other),
    ("171", Credited, Other),
    ("174", Credited, Other),
    ("192", Credited, Other),
    ("196", Credited, Other),
];

/// What a booking is by its codes; nothing if they are unknown.
pub(in crate::bank) fn by_family(family: &str, sub_family: &str, money_in: bool) -> Option<BankEntryKind> {
    let row = FAMILIES.iter().find(|(known, sub, ..)| *known == family && (*sub == "*" || *sub == sub_family));
    row.map(|(.., credit, debit)| if money_in { *credit } else { *debit })
}

/// The same by the code of a German bank.
pub(in crate::bank) fn by_german_code(code: &str, money_in: bool) -> Option<BankEntryKind> {
    GERMAN.iter().find(|(known, ..)| *known == code).map(|(_, credit, debit)| if money_in { *credit } else { *debit })
}

/// What a booking is of which no code says it: money that came in, a credit that was undone, or anything.
pub(in crate::bank) fn by_direction(money_in: bool, undone: bool) -> BankEntryKind {
    match (money_in, undone) {
        (true, false) => MoneyIn,
        (false, true) => Returned,
        _ => Other,
    }
}
