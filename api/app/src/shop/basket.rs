//! What a shopper has put together so far, small enough for a cookie.

use comptoir_domain::orders::{Cart, CartDomain, CartItem};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::taxes::Place;
use comptoir_domain::{AddOnId, PlanId};
use serde::{Deserialize, Serialize};

/// As many as an order may have.
const MOST: usize = 10;

/// A plan in the cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Names it in forms; never used again.
    #[serde(rename = "i")]
    pub item: u16,
    /// The plan.
    #[serde(rename = "p")]
    pub plan: PlanId,
    /// How often it is paid.
    #[serde(rename = "c")]
    pub cycle: Cycle,
    /// The add-ons.
    #[serde(rename = "a", default)]
    pub add_ons: Vec<AddOnId>,
    /// The name it is for.
    #[serde(rename = "d", default)]
    pub domain: Option<CartDomain>,
    /// Whether it needs a name.
    #[serde(rename = "n", default)]
    pub named: bool,
}

impl Line {
    /// Whether nothing is left to choose.
    pub fn is_complete(&self) -> bool {
        !self.named || self.domain.is_some()
    }
}

/// The cart.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Basket {
    /// What is in it.
    #[serde(rename = "l", default)]
    pub lines: Vec<Line>,
    /// A coupon's code.
    #[serde(rename = "c", default)]
    pub coupon: Option<String>,
    /// Where the shopper said to be.
    #[serde(rename = "w", default)]
    pub place: Option<Place>,
    #[serde(rename = "n", default)]
    next: u16,
}

impl Basket {
    /// Puts a line in; says no if it is full.
    pub fn add(&mut self, line: Line) -> bool {
        if self.lines.len() >= MOST {
            return false;
        }
        self.next = self.next.wrapping_add(1);
        self.lines.push(Line { item: self.next, ..line });
        true
    }

    /// The line that was put in last.
    pub fn last(&self) -> Option<&Line> {
        self.lines.last()
    }

    /// The line that still needs a name: the one that was asked about, or the first.
    pub fn nameless(&mut self, item: &str) -> Option<&mut Line> {
        let asked = self.lines.iter().position(|line| line.named && line.item.to_string() == item);
        let at = asked.or_else(|| self.lines.iter().position(|line| !line.is_complete()))?;
        self.lines.get_mut(at)
    }

    /// The lines that can be priced, as the API takes them.
    pub fn cart(&self) -> Cart {
        let item = |line: &Line| CartItem {
            plan_id: line.plan,
            cycle: line.cycle,
            add_on_ids: line.add_ons.clone(),
            domain: line.domain.clone(),
            price: None,
            add_on_prices: Vec::new(),
        };
        let complete = self.lines.iter().filter(|line| line.is_complete());
        Cart { items: complete.map(item).collect(), coupon: self.coupon.clone(), starts_on: None }
    }

    /// Mends what a refusal of its cart names; says whether something could be mended. `/cart/items/2/domain/name` takes
    /// the name from the third complete line, any other place of a line takes out the line.
    pub fn mend(&mut self, pointer: &str) -> bool {
        if pointer.starts_with("/cart/coupon") || pointer.starts_with("/coupon") {
            return self.coupon.take().is_some();
        }
        let Some(rest) = pointer.strip_prefix("/cart/items/") else { return false };
        let (number, place) = rest.split_once('/').unwrap_or((rest, ""));
        let complete = self.lines.iter().enumerate().filter(|(_, line)| line.is_complete()).map(|(at, _)| at);
        let Some(at) =
            number.parse().ok().and_then(|number| complete.collect::<Vec<_>>().get::<usize>(number).copied())
        else {
            return false;
        };
        match self.lines.get_mut(at) {
            Some(line) if place.starts_with("domain") && line.named => line.domain = None,
            _ => {
                self.lines.remove(at);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::fresh;
    use comptoir_domain::orders::DomainOption;

    fn line(domain: Option<&str>) -> Line {
        let domain =
            domain.map(|name| CartDomain { name: name.parse().unwrap(), option: DomainOption::UseOwn, years: None });
        Line { item: 0, plan: fresh(), cycle: "1-month".parse().unwrap(), add_ons: Vec::new(), domain, named: true }
    }

    #[test]
    fn mends_what_is_named() {
        let mut basket = Basket { coupon: Some("X".into()), ..Basket::default() };
        for domain in [None, Some("a.example"), Some("b.example")] {
            assert!(basket.add(line(domain)));
        }
        assert_eq!(basket.cart().items.len(), 2);
        // the second complete line is the third
        assert!(basket.mend("/cart/items/1/domain/name"));
        assert_eq!(basket.lines.iter().map(Line::is_complete).collect::<Vec<_>>(), [false, true, false]);
        assert!(basket.mend("/cart/items/0/plan_id") && basket.lines.len() == 2);
        assert!(basket.mend("/coupon") && basket.coupon.is_none() && !basket.mend("/coupon"));
        assert!(!basket.mend("/cart/items/7/cycle") && !basket.mend("/buyer/country"));
        assert_eq!(basket.nameless("3").map(|line| line.item), Some(3));
        assert_eq!(basket.nameless("9").map(|line| line.item), Some(1));
    }

    #[test]
    fn takes_ten_lines() {
        let mut basket = Basket::default();
        assert!((0..10).all(|_| basket.add(line(None))) && !basket.add(line(None)));
    }
}
