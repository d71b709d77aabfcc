//! A levy: the rules of one policy that one customer owes on one day, and the arithmetic over them.
//!
//! Net prices: each percentage is computed on the sum of the nets and rounded half-up once. Gross prices: the sum of
//! the gross prices stays what it is; the percentages within it are rounded together and shared out by the largest
//! remainder, so net and taxes always add up to the gross again.

use super::{Place, TaxAmount, TaxPolicy, TaxRule, TaxStage, fits, matching};
use crate::money::MoneyError;
use crate::{Code, Currency, Money, Problem, Rate, Result, TaxPolicyId};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The matching rules of a policy, the first stage first, in one currency.
#[derive(Debug)]
pub struct Levy<'a> {
    policy: TaxPolicyId,
    currency: Currency,
    rules: Vec<&'a TaxRule>,
}

impl<'a> Levy<'a> {
    /// Chooses the rules. A fixed tax holds for sales in its currency; a seller with several has a rule of the same name
    /// and place for each. A tax that has none in this currency is refused, since to leave it out would be to owe it; so is a rate out of
    /// range. Pointers are relative to the policy.
    pub fn of(policy: &'a TaxPolicy, place: &Place, on: NaiveDate, currency: Currency) -> Result<Self> {
        let mut rules = matching(&policy.rules, place, on);
        let foreign = |rule: &TaxRule| matches!(rule.rate, Rate::Fixed(amount) if amount.currency() != currency);
        let tax = |rule: &'a TaxRule| (&rule.name, &rule.location);
        let owed: Vec<_> =
            rules.iter().filter(|rule| rule.is_fixed() && !foreign(rule)).map(|rule| tax(rule)).collect();
        for (index, rule) in policy.rules.iter().enumerate().filter(|(_, rule)| rule.matches(place, on)) {
            if foreign(rule) && !owed.contains(&tax(rule)) {
                let pointer = format!("/rules/{index}/rate/fixed/currency");
                let detail = format!(
                    "{} has no amount in {currency}: add a rule of the same name and place with one",
                    rule.name
                );
                return Err(Problem::field(pointer, "mixed_currency", detail));
            }
            if matches!(rule.rate, Rate::Percent(percent) if !fits(percent)) {
                let pointer = format!("/rules/{index}/rate/percent");
                return Err(Problem::field(pointer, "out_of_range", "from 0 to 1000"));
            }
        }
        rules.retain(|rule| !foreign(rule));
        rules.sort_by_key(|rule| rule.stage);
        Ok(Self { policy: policy.id, currency, rules })
    }

    /// The rules, in the order of the amounts.
    pub fn rules(&self) -> impl Iterator<Item = &TaxRule> {
        self.rules.iter().copied()
    }

    /// The taxes on a sum of line nets; `charged` is the number of its lines that cost anything at all.
    pub fn compute(&self, net: Money, charged: usize) -> Result<Vec<TaxAmount>> {
        self.amounts(net, |base, rule, _| match rule.rate {
            Rate::Percent(percent) => Ok(Money::round(base.decimal() * percent.fraction(), self.currency)?),
            Rate::Fixed(amount) => Ok(Money::exact(amount.decimal() * Decimal::from(charged), self.currency)?),
        })
    }

    /// Takes the taxes out of a sum of gross prices: the net and the taxes, which add up to `gross`.
    pub fn net_from_gross(&self, gross: Money, charged: usize) -> Result<(Money, Vec<TaxAmount>)> {
        let parts = self.parts(self.exact_net(gross.decimal(), charged), charged);
        let percentages: Vec<_> = self
            .rules
            .iter()
            .zip(parts)
            .map(|(rule, part)| if rule.is_fixed() { Decimal::ZERO } else { part })
            .collect();
        let (_, fixed_on_price) = self.sums(TaxStage::OnPrice, charged);
        let (_, fixed_on_taxed) = self.sums(TaxStage::OnTaxedPrice, charged);
        let percent_total = Money::round(percentages.iter().sum(), self.currency)?;
        let fixed_total = Money::exact(fixed_on_price + fixed_on_taxed, self.currency)?;
        let net = gross.minus(percent_total)?.minus(fixed_total)?;
        if net.is_negative() {
            return Err(Problem::new(Code::ValidationFailed, "the price is lower than the taxes it includes"));
        }
        let shares = allot(percent_total, &percentages)?;
        let amounts = self.amounts(net, |_, rule, index| match rule.rate {
            Rate::Percent(_) => Ok(shares.get(index).copied().unwrap_or(Money::zero(self.currency))),
            Rate::Fixed(amount) => Ok(Money::exact(amount.decimal() * Decimal::from(charged), self.currency)?),
        })?;
        Ok((net, amounts))
    }

    /// The unrounded taxes on a net, of all rules together.
    pub fn exact_tax(&self, net: Decimal, charged: usize) -> Decimal {
        self.parts(net, charged).iter().sum()
    }

    /// The unrounded net within a gross. With P and Q the sums of the percentages of the two stages and F and G those
    /// of their fixed taxes, gross = (net × (1 + P) + F) × (1 + Q) + G, solved for net with one division.
    pub fn exact_net(&self, gross: Decimal, charged: usize) -> Decimal {
        let [(p, f), (q, g)] = [TaxStage::OnPrice, TaxStage::OnTaxedPrice].map(|stage| self.sums(stage, charged));
        let (first, second) = (Decimal::ONE + p, Decimal::ONE + q);
        (gross - g - f * second) / (first * second)
    }

    /// The percentages of a stage as one factor, and its fixed taxes.
    fn sums(&self, stage: TaxStage, charged: usize) -> (Decimal, Decimal) {
        self.rules.iter().filter(|rule| rule.stage == stage).fold(
            Default::default(),
            |(factor, fixed), rule| match rule.rate {
                Rate::Percent(percent) => (factor + percent.fraction(), fixed),
                Rate::Fixed(amount) => (factor, fixed + amount.decimal() * Decimal::from(charged)),
            },
        )
    }

    /// The unrounded tax of each rule on a net.
    fn parts(&self, net: Decimal, charged: usize) -> Vec<Decimal> {
        let (factor, fixed) = self.sums(TaxStage::OnPrice, charged);
        let taxed = net * (Decimal::ONE + factor) + fixed;
        let part = |rule: &&TaxRule| match (rule.rate, rule.stage) {
            (Rate::Fixed(amount), _) => amount.decimal() * Decimal::from(charged),
            (Rate::Percent(percent), TaxStage::OnPrice) => net * percent.fraction(),
            (Rate::Percent(percent), TaxStage::OnTaxedPrice) => taxed * percent.fraction(),
        };
        self.rules.iter().map(part).collect()
    }

    /// One row per rule; `amount` gets the base, the rule and its position.
    fn amounts(&self, net: Money, amount: impl Fn(Money, &TaxRule, usize) -> Result<Money>) -> Result<Vec<TaxAmount>> {
        let mut taxed = net;
        let mut rows = Vec::with_capacity(self.rules.len());
        for (index, rule) in self.rules.iter().enumerate() {
            let on_price = rule.stage == TaxStage::OnPrice;
            let base = if on_price { net } else { taxed };
            let amount = amount(base, rule, index)?;
            if on_price {
                taxed = taxed.plus(amount)?;
            }
            let (name, rate, policy) = (rule.name.clone(), rule.rate, self.policy);
            rows.push(TaxAmount { policy, rule: Some(rule.id), name, rate, base, amount, note: None });
        }
        Ok(rows)
    }
}

/// Splits by the largest remainder like [`Money::split`]; nothing is split into nothings, whatever the weights.
pub(crate) fn allot(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, MoneyError> {
    if total.is_zero() {
        return Ok(vec![total; weights.len()]);
    }
    total.split(weights)
}
