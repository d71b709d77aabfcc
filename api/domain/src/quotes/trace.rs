//! The trace of a line: each step of the computation with what went in and what came out, so that a person can read it
//! and a program can add it up again (see [`crate::verify::retrace`]).

use crate::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

text_enum! {
    /// What a step does. "Rounded" is half-up to the currency's digits.
    pub enum TraceRule {
        /// `quantity` × `unit_price` × `days` / `of`, rounded: what is listed. Without `days` it is for a whole cycle.
        Listed = "listed",
        /// `value` less `effective` per cent × `days` / `of`, rounded only now. `effective` is the lesser of `offered` + `coupon`
        /// and `maximum`, plus `guaranteed`, at most `maximum`.
        PercentDiscount = "percent_discount",
        /// `value` less `share`: the line's part, by the largest remainder, of `coupon` over lines of `base` together.
        FixedCoupon = "fixed_coupon",
        /// A tax of the document: `percent` of `base`, or `fixed` for each of so many `lines`, rounded. Taxes inside gross
        /// prices are rounded together and shared out by the largest remainder. `name`, `location`, `stage` and `tax_rule_id`
        /// say which; `threshold` on which side of the threshold of the one-stop shop it is charged, where the seller goes by it.
        Tax = "tax",
        /// The line's part of `document_tax`, which all taxes before come to, by the largest remainder: its exact tax is `weight` of `weights`.
        TaxShare = "tax_share",
        /// `value` less `tax`: a gross price without its taxes.
        TaxTakenOut = "tax_taken_out",
        /// No tax is charged, for the reason of `note`.
        Relieved = "relieved",
        /// On a credit note: `taken` of the net that was `left` of the line, and `tax` of the tax that was left (`tax_left`).
        TakenBack = "taken_back",
        /// `net` plus `tax`: what is paid.
        Gross = "gross",
    }
}

impl TraceRule {
    /// How the rule reads. What stands in brackets is said if all its inputs are there.
    const fn template(self) -> &'static str {
        match self {
            Self::Listed => "{quantity} × {unit_price}[ × {days} of {of} days] = {result}",
            Self::PercentDiscount => {
                "{value}[ × {days} of {of} days] less {effective} % = {result} (offered {offered} %, coupon {coupon} %, \
                 guaranteed {guaranteed} %, at most {maximum} %)"
            }
            Self::FixedCoupon => "less {share} = {result} (its part of the coupon's {coupon}, as {value} of {base})",
            Self::Tax => {
                "{name}, {location}, {stage}[, {threshold}]: [{percent} % of {base}][{fixed} × {lines} lines] = {result}"
            }
            Self::TaxShare => "its part of the tax of {document_tax}, as {weight} of {weights}: {result}",
            Self::TaxTakenOut => "{value} less the tax of {tax} inside = {result}",
            Self::Relieved => "no tax is charged: {note}",
            Self::TakenBack => {
                "{taken} of the net of {left} and {tax} of the tax of {tax_left} are taken back: {result}"
            }
            Self::Gross => "{net} + {tax} = {result}",
        }
    }
}

/// One step. Inputs are decimal numbers in major units, and a few words; the result is a number.
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
    pub fn new(rule: TraceRule, inputs: &[(&str, Decimal)], result: Money) -> Self {
        let inputs = inputs.iter().map(|(name, value)| ((*name).into(), value.to_string())).collect();
        Self { rule, inputs, result: result.decimal().to_string() }
    }

    /// With a word beside the numbers.
    pub fn with(mut self, name: &str, word: impl ToString) -> Self {
        self.inputs.insert(name.into(), word.to_string());
        self
    }

    /// The step as a sentence.
    pub fn sentence(&self) -> String {
        self.rule.template().split(['[', ']']).filter_map(|part| self.fill(part)).collect()
    }

    /// A part of a template with its inputs; none if one is missing.
    fn fill(&self, part: &str) -> Option<String> {
        let mut pieces = part.split('{');
        let mut filled = pieces.next()?.to_string();
        for piece in pieces {
            let (name, after) = piece.split_once('}')?;
            filled += if name == "result" { &self.result } else { self.inputs.get(name)? };
            filled += after;
        }
        Some(filled)
    }
}
