//! What a seller settles about schet-facturas, and the numbers by which Russia knows whom it taxes.

use crate::problem::Result;
use crate::{Check, Country};
use chrono::NaiveDate;

/// Whether schet-facturas are written, to whom they are sent, and what stands on them.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SchetFacturaSettings {
    /// Whether they are written; null: if the seller is in Russia.
    pub enabled: Option<bool>,
    /// Whether clients get them by mail when they are written.
    pub send_to_clients: bool,
    /// Whether private persons get none, as the law has it.
    pub only_companies: bool,
    /// The day of the month on which the month before is documented.
    #[schema(minimum = 1, maximum = 28)]
    pub day_of_month: u8,
    /// What was delivered before this day is documented elsewhere; null: before the month in which they were first looked for.
    pub starts_on: Option<NaiveDate>,
    /// The seller's taxpayer number (ИНН): 10 digits of a company, 12 of an entrepreneur; its VAT number stands there if empty.
    #[schema(pattern = "^([0-9]{10}|[0-9]{12})?$")]
    pub inn: String,
    /// The seller's registration reason code (КПП), of a company.
    #[schema(pattern = "^([0-9]{4}[0-9A-Z]{2}[0-9]{3})?$")]
    pub kpp: String,
    /// Who signs for the company.
    #[schema(max_length = 120)]
    pub director: String,
    /// Who signs for its books.
    #[schema(max_length = 120)]
    pub chief_accountant: String,
    /// Who signs if the seller is an entrepreneur.
    #[schema(max_length = 120)]
    pub entrepreneur: String,
    /// The entrepreneur's registration: number and date.
    #[schema(max_length = 200)]
    pub entrepreneur_registration: String,
}

impl Default for SchetFacturaSettings {
    fn default() -> Self {
        Self {
            enabled: None,
            send_to_clients: false,
            only_companies: true,
            day_of_month: 1,
            starts_on: None,
            inn: String::new(),
            kpp: String::new(),
            director: String::new(),
            chief_accountant: String::new(),
            entrepreneur: String::new(),
            entrepreneur_registration: String::new(),
        }
    }
}

impl SchetFacturaSettings {
    /// Whether a seller in a country writes them.
    pub fn is_on(&self, country: Country) -> bool {
        self.enabled.unwrap_or(country.as_str() == "RU")
    }

    /// Refuses what cannot be, each place by its name.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        check.ensure((1..=28).contains(&self.day_of_month), "/day_of_month", "out_of_range", "1 to 28");
        let detail = "10 or 12 digits, the last of them as the others demand, or nothing";
        check.ensure(self.inn.is_empty() || is_inn(&self.inn), "/inn", "invalid", detail);
        let detail = "four digits, two digits or capital letters, three digits, or nothing";
        check.ensure(self.kpp.is_empty() || is_kpp(&self.kpp), "/kpp", "invalid", detail);
        let alone = self.kpp.is_empty() || self.inn.len() != 12;
        check.ensure(alone, "/kpp", "unfit", "an entrepreneur, whose number has 12 digits, has none");
        for (place, text, most) in [
            ("/director", &self.director, 120),
            ("/chief_accountant", &self.chief_accountant, 120),
            ("/entrepreneur", &self.entrepreneur, 120),
            ("/entrepreneur_registration", &self.entrepreneur_registration, 200),
        ] {
            check.text(place, text, 0..=most);
        }
        let named = self.entrepreneur_registration.is_empty() || !self.entrepreneur.is_empty();
        check.ensure(named, "/entrepreneur", "required", "whose registration is it?");
        check.done()
    }
}

/// What the digits before a check digit are multiplied by, and where it stands.
const INN_CHECKS: [(usize, &[u32]); 3] = [
    (10, &[2, 4, 10, 3, 5, 9, 4, 6, 8]),
    (12, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]),
    (12, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]),
];

/// Whether a text is a taxpayer number with right check digits.
pub fn is_inn(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| matches!(digits.len(), 10 | 12)) else { return false };
    let right = |weights: &[u32]| {
        let sum: u32 = weights.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        digits.get(weights.len()) == Some(&(sum % 11 % 10))
    };
    INN_CHECKS.iter().filter(|(length, _)| *length == digits.len()).all(|(_, weights)| right(weights))
}

/// Whether a text is a registration reason code.
pub fn is_kpp(text: &str) -> bool {
    let fits =
        |(at, letter): (usize, char)| letter.is_ascii_digit() || (matches!(at, 4 | 5) && letter.is_ascii_uppercase());
    text.chars().count() == 9 && text.chars().enumerate().all(fits)
}
