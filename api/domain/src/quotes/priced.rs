//! What the pipeline answers.

use super::{Description, LineKind, PriceBasis, TraceStep};
use crate::money::MoneyError;
use crate::schedule::Share;
use crate::taxes::TaxAmount;
use crate::{Country, Currency, Money, Quantity, TaxPolicyId, UnitPrice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A priced line. On every line `before_discount - discount = net` and `net + tax = gross`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PricedLine {
    /// The key of the cart line.
    pub key: String,
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: Description,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle, with or without tax as `prices` says.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    #[serde(default)]
    pub share: Share,
    /// The policy by which it was taxed.
    pub tax_policy: Option<TaxPolicyId>,
    /// Quantity × unit price × share, with or without tax as `prices` says.
    pub listed: Money,
    /// The same without tax.
    pub before_discount: Money,
    /// All that was taken off, without tax.
    pub discount: Money,
    /// The part of the discount that is due to the coupon: what would not have been taken off without it (PRO-04).
    pub coupon_discount: Money,
    /// What is charged, without tax.
    pub net: Money,
    /// The line's share of the document's taxes.
    pub tax: Money,
    /// What is charged, with tax.
    pub gross: Money,
    /// How it came about, step by step.
    pub trace: Vec<TraceStep>,
}

/// Sums over the lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PricedTotals {
    /// Without tax, before anything was taken off.
    pub before_discount: Money,
    /// Taken off, without tax.
    pub discount: Money,
    /// The coupons' part of the discount.
    pub coupon_discount: Money,
    /// Charged, without tax.
    pub net: Money,
    /// The taxes: also the sum of the tax rows.
    pub tax: Money,
    /// Charged, with tax: what is paid.
    pub gross: Money,
}

/// A priced cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Priced {
    /// The currency of everything in it.
    pub currency: Currency,
    /// Whether unit prices and listed amounts include taxes.
    pub prices: PriceBasis,
    /// The lines, in the order of the cart.
    pub lines: Vec<PricedLine>,
    /// The taxes: by policy, the first stage first.
    pub taxes: Vec<TaxAmount>,
    /// The sums.
    pub totals: PricedTotals,
    /// Whose taxes they are; unknown in what was priced before this was noted.
    #[serde(default)]
    pub taxed_in: Option<Country>,
    /// In which other member of the Union the private buyer is.
    #[serde(default)]
    pub private_in: Option<Country>,
}

impl PricedTotals {
    /// Adds up.
    pub(super) fn of(currency: Currency, lines: &[PricedLine]) -> Result<Self, MoneyError> {
        let sum = |part: fn(&PricedLine) -> Money| Money::sum(currency, lines.iter().map(part));
        Ok(Self {
            before_discount: sum(|line| line.before_discount)?,
            discount: sum(|line| line.discount)?,
            coupon_discount: sum(|line| line.coupon_discount)?,
            net: sum(|line| line.net)?,
            tax: sum(|line| line.tax)?,
            gross: sum(|line| line.gross)?,
        })
    }
}
