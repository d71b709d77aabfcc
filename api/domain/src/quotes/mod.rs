//! The amount pipeline: one function that quote, order, invoice and ledger share, so they show the same numbers to the
//! cent (ORD-05, INV-11).
//!
//! For each line: quantity × unit price × days / days of the cycle, less a percentage, less its share of a fixed coupon,
//! rounded half-up once.
//! Then the taxes of each policy on the sum of its lines, and the totals as sums of the lines.
//!
//! How percentages combine: what the plan and cycle offer (PRO-01) and what a coupon offers (PRO-02) add up to the
//! offer; the group's maximum and guarantee apply to that sum (PRO-03). So there is one percentage of one base, and
//! the order in which discounts were granted does not matter. A fixed coupon comes after it and takes at most what is
//! left of its lines. With gross prices all this happens to the gross, and the taxes are taken out of the result.
//!
//! What is given back is never priced here: credit notes repeat the amounts of what they correct.

mod check;
mod discount;
mod fingerprint;
mod price;
mod priced;
mod tax;
#[cfg(test)]
mod tests;
mod trace;

pub use fingerprint::fingerprint;
pub use price::price;
pub use priced::{Priced, PricedLine, PricedTotals};
pub use trace::{TraceRule, TraceStep};

use crate::coupons::GroupDiscount;
use crate::schedule::Share;
use crate::taxes::{Place, PrivateSale, TaxNote, TaxPolicy};
use crate::{CouponId, Currency, Percent, Quantity, Rate, TaxPolicyId, UnitPrice};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

text_enum! {
    /// What a line of a cart or an invoice is for (INV-11). A discount is a column of its line, a credit a payment.
    pub enum LineKind {
        /// Set-up of a subscription.
        Setup = "setup",
        /// A plan for a period.
        Recurring = "recurring",
        /// An add-on for a period.
        AddOn = "add_on",
        /// A domain: registration, transfer or renewal.
        Domain = "domain",
        /// An SSL certificate.
        Certificate = "certificate",
        /// Use above the limits of the plan.
        Overuse = "overuse",
        /// Part of a period.
        Proration = "proration",
        /// An upgrade, downgrade or late fee.
        Fee = "fee",
        /// Anything else, once.
        OneOff = "one_off",
    }
}

text_enum! {
    /// What unit prices, fixed coupons and discounts are expressed in.
    pub enum PriceBasis {
        /// Taxes come on top.
        Net = "net",
        /// Taxes are inside.
        Gross = "gross",
    }
}

/// What a line says to people: free text, or a key of the message catalogue with its values.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Description {
    /// As typed by someone.
    Text(String),
    /// To be translated.
    Message {
        /// The key in the catalogue.
        key: String,
        /// What it is filled with.
        values: BTreeMap<String, String>,
    },
}

/// One thing to price.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CartLine {
    /// The caller's name for it, unique in the cart.
    pub key: String,
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: Description,
    /// How many; never negative.
    pub quantity: Quantity,
    /// What one costs for a whole cycle; never negative.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// The currency of the price list, which has to be the cart's.
    pub currency: Currency,
    /// The policy of its plan; without one it is not taxed.
    pub tax_policy: Option<TaxPolicyId>,
    /// Whether anything may be taken off: offers, guarantees and coupons.
    pub discountable: bool,
    /// The percentage that plan and cycle offer (PRO-01).
    pub offered: Percent,
}

/// A coupon at work. A line has at most one; one invoice may carry the coupons of several subscriptions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponApplication {
    /// Which coupon.
    pub coupon: CouponId,
    /// How much it takes off.
    pub value: Rate,
    /// Whether it offers 100 % on set-up lines, whatever its value.
    pub free_setup: bool,
    /// Keys of the lines it touches.
    pub lines: Vec<String>,
}

/// Who is taxed, where, when and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxFacts {
    /// The policies of the lines.
    pub policies: Vec<TaxPolicy>,
    /// Where the customer is taxed.
    pub place: Place,
    /// The tax point, in the seller's zone.
    pub date: NaiveDate,
    /// Why no tax is charged, if so. Gross prices are then reduced by the taxes that would have been inside.
    pub note: Option<TaxNote>,
    /// Whether it is sold to a private buyer of another member of the Union.
    #[serde(default)]
    pub private_sale: Option<PrivateSale>,
}

/// Everything that amounts depend on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PriceRequest {
    /// The currency of everything in it.
    pub currency: Currency,
    /// Whether prices include taxes.
    pub prices: PriceBasis,
    /// The lines.
    pub lines: Vec<CartLine>,
    /// What the client's group may and will get.
    pub group: GroupDiscount,
    /// Coupons, applied in this order.
    pub coupons: Vec<CouponApplication>,
    /// The tax side.
    pub tax: TaxFacts,
}
