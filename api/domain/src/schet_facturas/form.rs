//! What the columns of the form hold: units, quantities, prices, rates, the name of the currency. The form is Russian, so its
//! words are, whoever reads it.

use crate::taxes::TaxAmount;
use crate::{Currency, Money, Quantity, Rate, TaxPolicyId, UnitPrice};
use rust_decimal::{Decimal, RoundingStrategy};

/// Column 6: no excise is inside.
pub const EXCISE: &str = "без акциза";

/// Column 7 where no tax is charged.
const WITHOUT_TAX: &str = "без НДС";

text_enum! {
    /// A unit of measurement, by its code in the classifier ОКЕИ.
    pub enum Unit {
        /// A month, whole or in part.
        Month = "362",
        /// A piece.
        Piece = "796",
    }
}

impl Unit {
    /// How it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Month => "мес",
            Self::Piece => "шт",
        }
    }
}

/// Columns 2 to 4.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measure {
    /// In what is counted.
    pub unit: Unit,
    /// How many.
    pub quantity: Quantity,
    /// What one costs, without tax.
    pub unit_price: UnitPrice,
}

impl Measure {
    /// What was delivered for an amount: quantity × price is that amount. If no price of so many makes it, it is one.
    pub fn of(net: Money, quantity: Quantity, is_time: bool) -> Self {
        let unit = if is_time { Unit::Month } else { Unit::Piece };
        let each = |quantity: Quantity| {
            let price = net.decimal().checked_div(quantity.get())?;
            let price = price.round_dp_with_strategy(UnitPrice::PLACES, RoundingStrategy::MidpointAwayFromZero);
            let unit_price = UnitPrice::new(price).ok()?;
            let again = Money::round(quantity.get().checked_mul(unit_price.get())?, net.currency()).ok()?;
            (again == net).then_some(Self { unit, quantity, unit_price })
        };
        let counted = Some(quantity).filter(|quantity| quantity.get() > Decimal::ZERO).and_then(each);
        counted.or_else(|| each(Quantity::from(1))).unwrap_or(Self {
            unit,
            quantity: Quantity::from(1),
            unit_price: UnitPrice::default(),
        })
    }
}

/// Column 7 of a line that a policy taxes, by the taxes of its document.
pub fn line_rate(policy: Option<TaxPolicyId>, taxes: &[TaxAmount]) -> String {
    let own = taxes.iter().filter(|tax| Some(tax.policy) == policy && tax.rule.is_some() && tax.note.is_none());
    let rates: Vec<String> = own.map(|tax| rate_text(tax.rate)).collect();
    if rates.is_empty() { WITHOUT_TAX.into() } else { rates.join(" + ") }
}

fn rate_text(rate: Rate) -> String {
    match rate {
        Rate::Percent(percent) => format!("{percent}%"),
        Rate::Fixed(amount) => format!("{} {}", amount.decimal(), amount.currency()),
    }
}

/// Line 7: a currency by its name and its number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CurrencyName {
    /// The name, in Russian where the classifier is asked often.
    pub name: String,
    /// Three digits.
    pub code: String,
}

const NAMES: [(&str, &str); 8] = [
    ("RUB", "Российский рубль"),
    ("USD", "Доллар США"),
    ("EUR", "Евро"),
    ("CNY", "Юань"),
    ("BYN", "Белорусский рубль"),
    ("KZT", "Тенге"),
    ("GBP", "Фунт стерлингов"),
    ("CHF", "Швейцарский франк"),
];

impl CurrencyName {
    /// Of a currency.
    pub fn of(currency: Currency) -> Self {
        let known = iso_currency::Currency::from_code(currency.as_str());
        let russian = NAMES.iter().find(|(code, _)| *code == currency.as_str()).map(|(_, name)| *name);
        let name = russian.or_else(|| known.as_ref().map(|known| known.name())).unwrap_or(currency.as_str());
        Self {
            name: name.into(),
            code: known.as_ref().map(|known| format!("{:03}", known.numeric())).unwrap_or_default(),
        }
    }
}
