//! The trace of a line: each step of the computation with what went in and what came out, so that a person can read it
//! and a program can add it up again.

use crate::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

text_enum! {
    /// What a step does. "Rounded" is half-up to the currency's digits.
    pub enum TraceRule {
        /// `quantity` × `unit_price`, rounded: what is listed.
        Listed = "listed",
        /// `value` (not rounded) less `effective` per cent, rounded. `effective` is the lesser of `offered` + `coupon`
        /// and `maximum`, plus `guaranteed`, at most `maximum`.
        PercentDiscount = "percent_discount",
        /// `value` less `share`: the line's part, by the largest remainder, of `coupon` over lines of `base` together.
        FixedCoupon = "fixed_coupon",
        /// The line's part of `document_tax`, by the largest remainder: its exact tax is `weight` of `weights`.
        TaxShare = "tax_share",
        /// `value` less `tax`: a gross price without its taxes.
        TaxTakenOut = "tax_taken_out",
        /// `net` plus `tax`: what is paid.
        Gross = "gross",
    }
}

/// One step. Inputs and result are decimal numbers in major units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceStep {
    /// What it does.
    pub rule: TraceRule,
    /// What went in, by name.
    pub inputs: BTreeMap<String, String>,
    /// What came out, in the currency's digits.
    pub result: String,
}

impl TraceStep {
    /// Writes a step down.
    pub(super) fn new(rule: TraceRule, inputs: &[(&str, Decimal)], result: Money) -> Self {
        let inputs = inputs.iter().map(|(name, value)| ((*name).into(), value.to_string())).collect();
        Self { rule, inputs, result: result.decimal().to_string() }
    }
}
