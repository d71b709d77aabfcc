//! The cart and the sums that cart, checkout and invoice share.

use super::{Form, shopper_pages};
use crate::site::Cycle;
use chrono::NaiveDate;
use comptoir_domain::Money;
use serde::Serialize;

/// What the shopper has chosen so far.
#[derive(Clone, Debug, Serialize)]
pub struct CartPage {
    /// The lines; none for an empty cart.
    pub lines: Vec<CartLine>,
    /// The quote; absent for an empty cart.
    pub totals: Option<Totals>,
    /// The coupon in use.
    pub coupon: Option<String>,
    /// The coupon form (`coupon`) and the token of all forms on the page.
    pub form: Form,
}

/// A line of the cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CartLine {
    /// Names the line in forms; empty for a line that goes with the one before it.
    pub item: String,
    /// The plan or domain.
    pub title: String,
    /// Add-ons and other details, one per line.
    pub details: Vec<String>,
    /// The domain it is for.
    pub domain: Option<String>,
    /// Whether a domain has still to be chosen.
    pub needs_domain: bool,
    /// How often it is paid.
    pub cycle: Cycle,
    /// Each period, before coupons and taxes on top.
    pub recurring: Money,
    /// Once.
    pub set_up: Option<Money>,
}

/// The sums of a quote or an invoice, as the one pricing function computed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Before discounts.
    pub subtotal: Money,
    /// Discounts and coupons, as negative amounts.
    pub discounts: Vec<NamedAmount>,
    /// Taxes: `VAT 20 %`.
    pub taxes: Vec<NamedAmount>,
    /// Whether the taxes are contained in the subtotal rather than added to it.
    pub taxes_included: bool,
    /// To be paid.
    pub total: Money,
    /// What is due when free days are over, the earliest first, taxes included.
    pub trials: Vec<TrialAmount>,
    /// What comes again, by cycle, taxes included.
    pub later: Vec<LaterAmount>,
}

/// An amount and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedAmount {
    /// What.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// What is due when something is no longer free to try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialAmount {
    /// The first day that is charged.
    pub ends_on: NaiveDate,
    /// How much.
    pub amount: Money,
}

/// What is due with each further period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaterAmount {
    /// How often.
    pub cycle: Cycle,
    /// How much.
    pub amount: Money,
}

shopper_pages! {
    CartPage: "cart.html" at "cart/";
}
