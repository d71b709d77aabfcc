//! Taxes: which rules hold for a customer's place on a date, and what they amount to (TAX-01 to TAX-06).
//!
//! A policy is a group of rules and hangs on a plan. Every rule that matches the place and the date adds up: those of
//! the first stage on the price, those of the second on the price and the taxes of the first. A change of law is a new
//! rule with its own dates. Percentages are computed once on the sum of a document, fixed taxes per line.

mod evidence;
mod levy;
mod location;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod threshold;
mod treat;
mod union;
mod vat_number;
mod wanted_number;

pub use evidence::{Contradiction, EvidenceKind, EvidenceVerdict, calling_country, weigh};
pub use levy::Levy;
pub(crate) use levy::allot;
pub use location::{Area, Location, Place};
pub use settings::TaxSettings;
pub use table::{Refreshment, TabledTax, built_in_taxes, read_tax_table, refresh};
pub use threshold::{DayTurnover, Headroom, PrivateSale, ThresholdSide, Turnover, threshold_limit};
pub use treat::{
    Buyer, Oss, TaxReason, Treatment, UnverifiedNumbers, VatAnswer, VatOutcome, is_in_one_stop_shop, treat,
};
pub use union::{in_union, reverse_charge, vat_prefix};
pub use vat_number::{VatNumber, read_vat_number};
pub use wanted_number::{NumberFault, number_fault};

use crate::{Check, Money, Percent, Rate, TaxPolicyId, TaxRuleId};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No tax of this world is higher, in per cent; the bound keeps the arithmetic far from overflow.
const HIGHEST_PERCENT: Decimal = Decimal::ONE_THOUSAND;

text_enum! {
    /// What a rule is computed on.
    pub enum TaxStage {
        /// On the price (the guide's "cumulative" rules).
        OnPrice = "on_price",
        /// On the price and the taxes of the first stage (the guide's "non-cumulative" rules).
        OnTaxedPrice = "on_taxed_price",
    }
}

text_enum! {
    /// Why nothing is charged although rules match.
    pub enum TaxNote {
        /// The buyer owes the VAT in its own state (directive 2006/112/EC, art. 196).
        ReverseCharge = "reverse_charge",
        /// The buyer holds an exemption.
        Exempt = "exempt",
    }
}

/// One tax of one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxRule {
    /// Its id.
    pub id: TaxRuleId,
    /// As printed: VAT, GST, QST.
    pub name: String,
    /// Where the customer has to be.
    pub location: Location,
    /// How much. A fixed tax is owed once per line that is charged at all.
    pub rate: Rate,
    /// On what.
    pub stage: TaxStage,
    /// The first day; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day; for ever if absent.
    pub valid_to: Option<NaiveDate>,
}

impl TaxRule {
    /// Whether a customer at `place` owes it on a day.
    pub fn matches(&self, place: &Place, on: NaiveDate) -> bool {
        self.valid_from.is_none_or(|first| first <= on)
            && self.valid_to.is_none_or(|last| on <= last)
            && self.location.covers(place, on)
    }

    fn is_fixed(&self) -> bool {
        matches!(self.rate, Rate::Fixed(_))
    }

    /// Notes what is wrong with a rule someone has entered; pointers are relative to the rule.
    pub fn check(&self, check: &mut Check) {
        check.text("/name", &self.name, 1..=80);
        self.location.check(check);
        match self.rate {
            Rate::Percent(percent) => {
                check.ensure(fits(percent), "/rate/percent", "out_of_range", "from 0 to 1000");
            }
            Rate::Fixed(amount) => {
                check.ensure(!amount.is_negative(), "/rate/fixed/amount", "negative", "nothing or more");
            }
        }
        if let (Some(first), Some(last)) = (self.valid_from, self.valid_to) {
            check.ensure(first <= last, "/valid_to", "before_start", "not before valid_from");
        }
    }
}

fn fits(percent: Percent) -> bool {
    (Decimal::ZERO..=HIGHEST_PERCENT).contains(&percent.get())
}

/// A group of rules; a plan has one policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxPolicy {
    /// Its id.
    pub id: TaxPolicyId,
    /// The rules, in the order they are shown.
    pub rules: Vec<TaxRule>,
}

/// The rules that a customer at `place` owes on a day: all of them add up.
pub fn matching<'a>(rules: &'a [TaxRule], place: &Place, on: NaiveDate) -> Vec<&'a TaxRule> {
    rules.iter().filter(|rule| rule.matches(place, on)).collect()
}

/// What one rule amounts to on a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxAmount {
    /// The tax, rounded half-up once.
    pub amount: Money,
    /// The sum of the line nets, and for the second stage the taxes of the first.
    pub base: Money,
    /// As printed.
    pub name: String,
    /// Why the amount is zero although the supply is taxable.
    pub note: Option<TaxNote>,
    /// The policy of the lines.
    pub policy: TaxPolicyId,
    /// How much of the base.
    pub rate: Rate,
    /// The rule; none where nothing is charged because of the note.
    pub rule: Option<TaxRuleId>,
}

impl TaxAmount {
    /// The zero row of a supply that is not taxed for the reason of `note`.
    pub fn relieved(policy: TaxPolicyId, base: Money, note: TaxNote) -> Self {
        let rate = Rate::Percent(Percent::default());
        let amount = Money::zero(base.currency());
        Self { policy, rule: None, name: String::new(), rate, base, amount, note: Some(note) }
    }
}
