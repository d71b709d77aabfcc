//! What a seller has settled about the fraud check.

use super::rule::FraudRule;
use crate::check::Check;
use crate::problem::Result;
use crate::{FraudScore, Money};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// How the score of the rules and the score of the scorer become one.
    pub enum FraudCombination {
        /// The higher one.
        Highest = "highest",
        /// Their sum, at most 100.
        Sum = "sum",
    }
}

text_enum! {
    /// What becomes of an order when the scorer does not answer.
    pub enum FraudFailurePolicy {
        /// It waits for a person.
        Hold = "hold",
        /// It waits for a person if its client has never paid anything; otherwise the rules alone decide.
        HoldNew = "hold_new",
        /// The rules alone decide.
        Rules = "rules",
    }
}

/// Whether and how orders are checked (CLI-16).
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FraudPolicy {
    /// Whether new orders are checked at all.
    pub is_on: bool,
    /// Whether orders that administrators take are checked, too.
    pub check_taken_orders: bool,
    /// From this score on, an order waits for a person.
    pub hold_from: FraudScore,
    /// Above this score, an order is refused.
    pub decline_above: FraudScore,
    /// How two scores become one.
    pub combination: FraudCombination,
    /// What is done when the scorer does not answer.
    pub on_failure: FraudFailurePolicy,
    /// A client that has paid so many invoices is known, and the scorer is not asked about it; absent if nobody is.
    #[schema(minimum = 1, maximum = 1000)]
    pub known_after: Option<u16>,
    /// Points of rules, from 0 to 100, in place of the usual ones; 0 switches a rule off.
    #[schema(value_type = BTreeMap<String, u8>)]
    pub weights: BTreeMap<FraudRule, u8>,
    /// More orders than this from one IP address within 24 hours are many.
    #[schema(minimum = 1)]
    pub orders_of_address: u16,
    /// The same for one mail address.
    #[schema(minimum = 1)]
    pub orders_of_mail: u16,
    /// The same for one client.
    #[schema(minimum = 1)]
    pub orders_of_client: u16,
    /// More payment methods than this, stored by one client within 24 hours, are many.
    #[schema(minimum = 1)]
    pub cards_of_client: u16,
    /// Amounts above which an order is unusual, one a currency.
    #[schema(max_items = 40)]
    pub high_amounts: Vec<Money>,
    /// Words that make a domain name look like someone else's.
    #[schema(max_items = 200)]
    pub words: Vec<String>,
    /// Days after which the IP address and the mail address of a check are forgotten.
    #[schema(minimum = 1, maximum = 3650)]
    pub keep_days: u16,
}

/// What names that lead people astray are made of.
const WORDS: &[&str] = &["paypal", "secure-", "login", "signin", "verify", "account-", "wallet", "webmail", "banking"];

/// Off. The thresholds are those of the protocol page: below 10 accept, up to 60 hold, above decline.
impl Default for FraudPolicy {
    fn default() -> Self {
        Self {
            is_on: false,
            check_taken_orders: false,
            hold_from: FraudScore::from(10),
            decline_above: FraudScore::from(60),
            combination: FraudCombination::Highest,
            on_failure: FraudFailurePolicy::Hold,
            known_after: Some(3),
            weights: BTreeMap::new(),
            orders_of_address: 5,
            orders_of_mail: 3,
            orders_of_client: 5,
            cards_of_client: 3,
            high_amounts: Vec::new(),
            words: WORDS.iter().map(ToString::to_string).collect(),
            keep_days: 90,
        }
    }
}

impl FraudPolicy {
    /// What a rule weighs here.
    pub fn weight(&self, rule: FraudRule) -> u8 {
        self.weights.get(&rule).copied().or(rule.weight()).unwrap_or_default()
    }

    /// Refuses what makes no sense, each place by its name.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        for (place, score) in [("/hold_from", self.hold_from), ("/decline_above", self.decline_above)] {
            let fits = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&score.get());
            check.ensure(fits, place, "out_of_range", "0 to 100");
        }
        let in_order = self.hold_from <= self.decline_above;
        check.ensure(in_order, "/decline_above", "out_of_order", "not below hold_from");
        let known = self.known_after.is_none_or(|count| (1..=1000).contains(&count));
        check.ensure(known, "/known_after", "out_of_range", "1 to 1000, or nothing if no client is known");
        for (rule, weight) in &self.weights {
            let place = format!("/weights/{rule}");
            let names = || FraudRule::weighed().map(FraudRule::as_str).collect::<Vec<_>>().join(", ");
            check.ensure(rule.weight().is_some(), &place, "not_weighed", &format!("only these are: {}", names()));
            check.ensure(*weight <= 100, &place, "out_of_range", "0 to 100");
        }
        let limits = [
            ("/orders_of_address", self.orders_of_address),
            ("/orders_of_mail", self.orders_of_mail),
            ("/orders_of_client", self.orders_of_client),
            ("/cards_of_client", self.cards_of_client),
        ];
        limits.iter().for_each(|(place, limit)| check.ensure(*limit > 0, place, "out_of_range", "1 or more"));
        check.ensure(self.high_amounts.len() <= 40, "/high_amounts", "too_many", "at most 40");
        let mut seen = BTreeSet::new();
        for (at, amount) in self.high_amounts.iter().enumerate() {
            let place = format!("/high_amounts/{at}");
            check.ensure(!amount.is_negative(), &place, "out_of_range", "0 or more");
            check.ensure(seen.insert(amount.currency()), &place, "duplicate", "one a currency");
        }
        check.ensure(self.words.len() <= 200, "/words", "too_many", "at most 200");
        for (at, word) in self.words.iter().enumerate() {
            check.text(&format!("/words/{at}"), word, 3..=63);
        }
        check.ensure((1..=3650).contains(&self.keep_days), "/keep_days", "out_of_range", "1 to 3650 days");
        check.done()
    }
}
