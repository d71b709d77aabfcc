//! Plans and add-ons as a store shows them.

use super::StoreText;
use comptoir_domain::{AddOnGroupId, AddOnId, Money, PlanId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

/// A plan with its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePlan {
    /// The plan.
    pub id: PlanId,
    /// Last part of the address of its page.
    pub slug: String,
    /// What it is called.
    pub name: StoreText,
    /// One sentence for whom it is.
    pub summary: StoreText,
    /// Longer plain text; an empty line starts a paragraph.
    #[serde(default)]
    pub description: StoreText,
    /// What is in it, the most telling first.
    #[serde(default)]
    pub features: Vec<StoreFeature>,
    /// Prices, the one to be preselected first.
    pub prices: Vec<StorePrice>,
    /// Questions asked on its page, in this order.
    #[serde(default)]
    pub add_on_groups: Vec<AddOnGroupId>,
    /// Whether a domain name has to be chosen for it.
    #[serde(default)]
    pub needs_domain: bool,
    /// Whether the home page recommends it.
    #[serde(default)]
    pub recommended: bool,
}

/// A line of a plan's description: `Disk space` – `10 GB`, or only a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreFeature {
    /// What.
    pub label: StoreText,
    /// How much.
    #[serde(default)]
    pub value: StoreText,
}

/// What one billing cycle costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePrice {
    /// How long a period is.
    pub cycle: Cycle,
    /// Each period.
    pub recurring: Money,
    /// Once, with the first period.
    #[serde(default)]
    pub set_up: Option<Money>,
    /// The price with an automatic coupon applied (PRO-02).
    #[serde(default)]
    pub offer: Option<StoreOffer>,
}

/// A price that an automatic coupon lowers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreOffer {
    /// Each period while it lasts.
    pub recurring: Money,
    /// Once, with the first period, in place of the plain price's; absent: nothing.
    #[serde(default)]
    pub set_up: Option<Money>,
    /// How many periods it lasts; absent: for good.
    #[serde(default)]
    pub cycles: Option<u16>,
    /// What the shopper is told: `Launch offer`.
    pub label: StoreText,
}

/// A question that add-ons answer (CAT-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreAddOnGroup {
    /// The group.
    pub id: AddOnGroupId,
    /// What the shopper is asked.
    pub question: StoreText,
    /// The answers.
    pub items: Vec<StoreAddOn>,
}

/// An add-on, at most once per subscription (CAT-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreAddOn {
    /// The add-on.
    pub id: AddOnId,
    /// What it is called.
    pub name: StoreText,
    /// One sentence.
    #[serde(default)]
    pub summary: StoreText,
    /// Prices; an add-on can be had for the cycles it has a price for (CAT-05).
    pub prices: Vec<StorePrice>,
}

/// The unit of a billing cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CycleUnit {
    /// Calendar days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// A billing cycle, written as an ISO 8601 duration with one unit: `P1M`, `P3M`, `P1Y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// What is counted.
    pub unit: CycleUnit,
    /// How many.
    pub count: u16,
}

/// Units, the letters of ISO 8601 and the words that texts are looked up by.
const UNITS: &[(CycleUnit, char, &str)] = &[
    (CycleUnit::Day, 'D', "day"),
    (CycleUnit::Week, 'W', "week"),
    (CycleUnit::Month, 'M', "month"),
    (CycleUnit::Year, 'Y', "year"),
];

impl Cycle {
    /// The word of the unit: `month`.
    pub fn word(self) -> &'static str {
        UNITS.iter().find(|(unit, ..)| *unit == self.unit).map_or("month", |(.., word)| word)
    }

    /// Every word a cycle can have.
    pub fn words() -> impl Iterator<Item = &'static str> {
        UNITS.iter().map(|(.., word)| *word)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = UNITS.iter().find(|(unit, ..)| *unit == self.unit).map_or('M', |(_, letter, _)| *letter);
        write!(out, "P{}{letter}", self.count)
    }
}

/// The text is not a duration of one unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a billing cycle such as P1M or P1Y")]
pub struct InvalidCycle;

impl FromStr for Cycle {
    type Err = InvalidCycle;
    fn from_str(text: &str) -> Result<Self, InvalidCycle> {
        let body = text.strip_prefix('P').ok_or(InvalidCycle)?;
        let split = |(unit, letter, _): &(CycleUnit, char, _)| body.strip_suffix(*letter).map(|digits| (*unit, digits));
        let (unit, digits) = UNITS.iter().find_map(split).ok_or(InvalidCycle)?;
        if digits.starts_with(['0', '+']) {
            return Err(InvalidCycle);
        }
        Ok(Self { unit, count: digits.parse().map_err(|_| InvalidCycle)? })
    }
}

impl Serialize for Cycle {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cycle {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Cycle {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^P[1-9][0-9]{0,4}[DWMY]$"))
            .examples([serde_json::json!("P1M")])
            .into()
    }
}

impl ToSchema for Cycle {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_durations_of_one_unit() {
        for text in ["P1D", "P2W", "P1M", "P3M", "P10Y"] {
            assert_eq!(text.parse::<Cycle>().unwrap().to_string(), text);
        }
        for text in ["", "P", "P0M", "PM", "P01M", "P+1M", "1M", "P1", "P1m", "P1M1D", "P99999M", "P-1M", "PéM"] {
            assert!(text.parse::<Cycle>().is_err(), "{text}");
        }
        assert_eq!("P1Y".parse::<Cycle>().unwrap().word(), "year");
    }
}
