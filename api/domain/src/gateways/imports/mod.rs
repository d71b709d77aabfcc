//! What is taken over of a gateway that is gone (PAY-01), row by row.

mod file;

pub use file::{FileOf, understand};

use crate::payments::ImportedState;
use crate::{Check, Money, Problem};
use chrono::NaiveDate;

/// What a gateway that is gone has left.
#[derive(Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"methods": [{"client": "cli_000g40o40k30e209185go38e1s", "brand": "visa", "last_four": "4242", "expiry_month": 12, "expiry_year": 2027, "token": "C242720181323966504820"}],
    "transactions": [{"client": "cli_000g40o40k30e209185go38e1s", "reference": "C305830112714411123351", "state": "pending", "amount": {"amount": "12.10", "currency": "EUR"}, "begun_on": "2025-12-30", "comment": ""}]}))]
pub struct GatewayImport {
    /// Stored cards.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub methods: Vec<MethodImport>,
    /// Open transactions.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub transactions: Vec<TransactionImport>,
}

/// A card that was stored there.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodImport {
    /// Whose: the client's id, or its number.
    #[schema(max_length = 40)]
    pub client: String,
    /// The brand: `visa`.
    #[schema(min_length = 1, max_length = 20)]
    pub brand: String,
    /// The last four digits.
    #[schema(pattern = "^[0-9]{4}$")]
    pub last_four: String,
    /// 1 to 12.
    pub expiry_month: u8,
    /// Four digits.
    pub expiry_year: u16,
    /// What the gateway knew it by. It is sealed; the number of a card is refused.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
}

/// A transaction that was open there.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransactionImport {
    /// Whose: the client's id, or its number.
    #[schema(max_length = 40)]
    pub client: String,
    /// What the gateway knew it by.
    #[schema(min_length = 1, max_length = 100)]
    pub reference: String,
    /// Where it stands. What was captured is in the books of before: only what is given back of it is booked here.
    pub state: ImportedState,
    /// How much.
    pub amount: Money,
    /// On which day it was begun, today or earlier; today if absent.
    #[serde(default)]
    pub begun_on: Option<NaiveDate>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub comment: String,
}

/// A row, and where it stands: `/methods/3`, or `/lines/5` of a file.
#[derive(Clone)]
pub struct Placed<T> {
    /// Its place.
    pub at: String,
    /// What it says.
    pub row: T,
}

/// All rows.
#[derive(Clone, Default)]
pub struct Rows {
    /// Stored cards.
    pub methods: Vec<Placed<MethodImport>>,
    /// Open transactions.
    pub transactions: Vec<Placed<TransactionImport>>,
}

/// So many rows of a kind in a JSON body.
const MOST: usize = 500;

impl Rows {
    /// Those of a JSON body.
    pub fn of(import: GatewayImport) -> Result<Self, Problem> {
        let mut check = Check::new();
        for (place, rows) in [("/methods", import.methods.len()), ("/transactions", import.transactions.len())] {
            check.ensure(rows <= MOST, place, "too_many", "at most 500; more of them as a file");
        }
        check.done()?;
        let (methods, transactions) =
            (placed("/methods", import.methods), placed("/transactions", import.transactions));
        Ok(Self { methods, transactions })
    }

    /// Notes what is wrong with rows by themselves.
    pub fn check(&self, check: &mut Check, today: NaiveDate) {
        let none = self.methods.is_empty() && self.transactions.is_empty();
        check.ensure(!none, "", "required", "at least one row");
        for Placed { at, row } in &self.methods {
            row.check(check, at);
        }
        for Placed { at, row } in &self.transactions {
            row.check(check, at, today);
        }
    }
}

fn placed<T>(list: &str, rows: Vec<T>) -> Vec<Placed<T>> {
    rows.into_iter().enumerate().map(|(at, row)| Placed { at: format!("{list}/{at}"), row }).collect()
}

impl MethodImport {
    fn check(&self, check: &mut Check, at: &str) {
        check.text(&format!("{at}/brand"), &self.brand, 1..=20);
        let letters = !self.brand.bytes().any(|byte| byte.is_ascii_digit());
        check.ensure(letters, &format!("{at}/brand"), "invalid", "a name without digits");
        let four = self.last_four.len() == 4 && self.last_four.bytes().all(|byte| byte.is_ascii_digit());
        check.ensure(four, &format!("{at}/last_four"), "invalid", "four digits");
        let month = (1..=12).contains(&self.expiry_month);
        check.ensure(month, &format!("{at}/expiry_month"), "out_of_range", "1 to 12");
        let year = (2000..=2100).contains(&self.expiry_year);
        check.ensure(year, &format!("{at}/expiry_year"), "out_of_range", "2000 to 2100");
        check_reference(check, &format!("{at}/token"), &self.token, 200);
    }

    /// What may be shown of it.
    pub fn label(&self) -> String {
        format!("{} •••• {}", self.brand, self.last_four)
    }
}

impl TransactionImport {
    fn check(&self, check: &mut Check, at: &str, today: NaiveDate) {
        check_reference(check, &format!("{at}/reference"), &self.reference, 100);
        check.ensure(self.amount.minor() > 0, &format!("{at}/amount"), "too_small", "more than nothing");
        let past = self.begun_on.is_none_or(|day| day <= today);
        check.ensure(past, &format!("{at}/begun_on"), "out_of_range", "today or earlier");
        check.paragraphs(&format!("{at}/comment"), &self.comment, 500);
    }
}

/// Another system may have exported the numbers of cards as its tokens: they must not come here.
fn check_reference(check: &mut Check, place: &str, text: &str, most: usize) {
    check.text(place, text, 1..=most);
    check.ensure(!is_card_number(text), place, "card_number", "this is the number of a card: it is not stored here");
}

/// Whether a text is 12 to 19 digits that pass the check of ISO/IEC 7812-1 (Luhn).
fn is_card_number(text: &str) -> bool {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|letter| !matches!(letter, ' ' | '-')).map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (12..=19).contains(&digits.len())) else { return false };
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4242 4242 4242 4242 is a well-known test number; with another last digit it is none. 7992739871 3 is ISO's example, which
    /// is too short for a card.
    #[test]
    fn numbers_of_cards_are_known() {
        for number in ["4242424242424242", "4242 4242 4242 4242", "4111-1111-1111-1111", "378282246310005"] {
            assert!(is_card_number(number), "{number}");
        }
        for other in ["4242424242424241", "79927398713", "C242720181323966504820", ""] {
            assert!(!is_card_number(other), "{other}");
        }
    }
}
