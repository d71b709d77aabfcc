//! What discounts and automatic coupons make of a price (PRO-01, PRO-02, ORD-08), worked out by the pipeline that prices
//! orders for someone new, period by period, so that the store never shows what cart and renewals do not give. What the
//! default group guarantees belongs to it (PRO-03).

use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::coupons::{self, CouponRow};
use comptoir_db::discounts::{self, DiscountRow};
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome, client_groups};
use comptoir_domain::coupons::{Coupon, CouponFacts, GroupDiscount, refusal};
use comptoir_domain::discounts::{Discount, PlanCycle, best};
use comptoir_domain::orders::OfferedPlan;
use comptoir_domain::plans::Price;
use comptoir_domain::quotes::{
    CartLine, CouponApplication, Description, LineKind, PriceBasis, PriceRequest, TaxFacts, price,
};
use comptoir_domain::schedule::{Cycle, Share};
use comptoir_domain::taxes::Place;
use comptoir_domain::{
    Country, Currency, DiscountId, Locale, Money, Percent, PlanId, Problem, Quantity, Rate, StoreId, UnitPrice,
};
use comptoir_storefront::site::{StoreOffer, StoreSpell, StoreText};
use std::collections::{BTreeSet, HashMap};

/// What applies by itself in a store: of its coupons the first that can be used, of the discounts the highest, within what
/// the default group allows.
pub struct Automatic {
    coupons: Vec<(CouponRow, Coupon)>,
    discounts: Vec<Discount>,
    /// What the discounts are called.
    names: HashMap<DiscountId, String>,
    group: GroupDiscount,
    store: StoreId,
    basis: PriceBasis,
    currency: Currency,
    country: Country,
    today: NaiveDate,
}

impl Automatic {
    /// Reads them.
    pub fn read(db: &mut Db, ctx: &Ctx, store: &StoreRow) -> Outcome<Self> {
        let rows = coupons::automatic(db, ctx.scope, store.id)?;
        let coupons = rows.into_iter().map(|row| row.coupon().map(|coupon| (row, coupon))).collect::<Outcome<_>>()?;
        let rows = discounts::offered(db, ctx.scope, ctx.today())?;
        let discounts = rows.iter().map(DiscountRow::discount).collect::<Outcome<_>>()?;
        let names = rows.into_iter().map(|row| (row.id, row.name)).collect();
        let group = client_groups::default_group(db, ctx.scope)?.terms().discount();
        let country = comptoir_db::sellers::own(db, ctx.scope)?.country;
        let (basis, currency) = (store.price_basis, store.currency);
        Ok(Self { coupons, discounts, names, group, store: store.id, basis, currency, country, today: ctx.today() })
    }

    /// What a plan costs with what applies to it.
    pub fn offer(&self, plan: &OfferedPlan, price: &Price<Cycle>, locale: Locale) -> Outcome<Option<StoreOffer>> {
        self.lowered(&self.applied(plan.id, price.cycle)?, price, locale)
    }

    /// What an add-on costs beside a plan with what applies to that: all lines of the contract are discounted. A fixed amount
    /// comes off once and is shown with the plan.
    pub fn beside(&self, plan: &OfferedPlan, price: &Price<Cycle>, locale: Locale) -> Outcome<Option<StoreOffer>> {
        let mut applied = self.applied(plan.id, price.cycle)?;
        if let Some(Rate::Fixed(_)) = applied.coupon.map(|(_, value)| value) {
            applied.coupon = applied.coupon.map(|(coupon, _)| (coupon, Rate::Percent(Percent::default())));
        }
        self.lowered(&applied, price, locale)
    }

    /// What one period of a plan costs at this price, counted from 1; the first one with its set-up.
    pub fn in_period(&self, plan: &OfferedPlan, price: &Price<Cycle>, period: u32) -> Outcome<Money> {
        let charged = self.charged(&self.applied(plan.id, price.cycle)?, price, period)?;
        Ok(charged.recurring.plus(charged.set_up).map_err(Problem::from)?)
    }

    /// What is offered with a cycle of a plan, in the seller's words.
    pub fn name(&self, plan: &OfferedPlan, cycle: Cycle, locale: Locale) -> Outcome<StoreText> {
        Ok(self.label(&self.applied(plan.id, cycle)?, locale))
    }

    fn applied(&self, plan: PlanId, cycle: Cycle) -> Outcome<Applied<'_>> {
        let coupon = self.first_for(plan)?;
        let discount = best(&self.discounts, PlanCycle { plan_id: plan, cycle }, self.today, &[]);
        let names = [
            discount.and_then(|discount| self.names.get(&discount.id)).map(String::as_str),
            coupon.map(|(row, _)| row.name.as_str()),
        ];
        Ok(Applied { coupon: coupon.map(|(_, coupon)| (coupon, coupon.value)), discount, names })
    }

    fn lowered(&self, applied: &Applied<'_>, listed: &Price<Cycle>, locale: Locale) -> Outcome<Option<StoreOffer>> {
        let first = self.charged(applied, listed, 1)?;
        let mut spells = vec![(1, first.recurring)];
        for period in applied.turns() {
            let then = self.charged(applied, listed, period)?.recurring;
            if spells.last().is_some_and(|(_, before)| *before != then) {
                spells.push((period, then));
            }
        }
        let ends = spells.iter().skip(1).map(|(period, _)| Some(*period)).chain([None]);
        let spell = |((from, recurring), end): (&(u32, Money), Option<u32>)| StoreSpell {
            recurring: *recurring,
            cycles: end.map(|end| end - from),
        };
        let mut spells = spells.iter().zip(ends).map(spell);
        let Some(StoreSpell { recurring, cycles }) = spells.next() else { return Ok(None) };
        let mut later: Vec<_> = spells.collect();
        // what ends in the plain price says so by ending
        later.pop_if(|last| last.recurring == listed.recurring);
        if later.is_empty() && (recurring, first.set_up) == (listed.recurring, listed.setup) {
            return Ok(None);
        }
        let set_up = Some(first.set_up).filter(|fee| !fee.is_zero());
        Ok(Some(StoreOffer { recurring, set_up, cycles, later, label: self.label(applied, locale) }))
    }

    /// What a period costs, counted from 1, and with the first one the set-up.
    fn charged(&self, applied: &Applied<'_>, listed: &Price<Cycle>, period: u32) -> Result<Charged, Problem> {
        let priced = price(&self.request(&applied.lasting(period), listed, period == 1)?)?;
        let of = |kind| {
            let lines = priced.lines.iter().filter(move |line| line.kind == kind);
            Money::sum(self.currency, lines.map(|line| line.gross)).map_err(Problem::from)
        };
        Ok(Charged { recurring: of(LineKind::Recurring)?, set_up: of(LineKind::Setup)? })
    }

    /// What is offered has a name; what the default group gives to everyone has none.
    fn label(&self, applied: &Applied<'_>, locale: Locale) -> StoreText {
        let names: Vec<&str> = applied.names.into_iter().flatten().collect();
        if names.is_empty() { StoreText::default() } else { StoreText::new(locale, names.join(" + ")) }
    }

    fn first_for(&self, plan: PlanId) -> Outcome<Option<&(CouponRow, Coupon)>> {
        for found in &self.coupons {
            let facts = CouponFacts {
                store: self.store,
                plans: &[plan],
                today: self.today,
                uses: found.0.uses()?,
                uses_by_client: 0,
                currency: self.currency,
            };
            if refusal(&found.1, &facts).is_none() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// One period alone, in the prices of the store: taxes are said elsewhere.
    fn request(&self, applied: &Applied<'_>, listed: &Price<Cycle>, sets_up: bool) -> Result<PriceRequest, Problem> {
        let set_up = sets_up.then_some((LineKind::Setup, listed.setup));
        let amounts: Vec<_> = set_up.into_iter().chain([(LineKind::Recurring, listed.recurring)]).collect();
        let line = |(kind, amount): &(LineKind, Money)| {
            Ok(CartLine {
                key: kind.to_string(),
                kind: *kind,
                description: Description::Text(String::new()),
                quantity: Quantity::from(1),
                unit_price: UnitPrice::of(*amount)?,
                share: Share::WHOLE,
                currency: self.currency,
                tax_policy: None,
                discountable: true,
                offered: applied.discount.map(|discount| discount.percent).unwrap_or_default(),
            })
        };
        let application = |(coupon, value): (&Coupon, Rate)| CouponApplication {
            coupon: coupon.id,
            value,
            free_setup: coupon.free_setup,
            lines: amounts.iter().map(|(kind, _)| kind.to_string()).collect(),
        };
        let place = Place { country: self.country, state: None, city: None, county: None };
        Ok(PriceRequest {
            currency: self.currency,
            prices: self.basis,
            lines: amounts.iter().map(line).collect::<Result<_, Problem>>()?,
            group: self.group,
            coupons: applied.coupon.map(application).into_iter().collect(),
            tax: TaxFacts { policies: Vec::new(), place, date: self.today, note: None, private_sale: None },
        })
    }
}

/// What applies to a cycle of a plan, and what it is called. Each lasts for as many periods as it was promised.
#[derive(Clone, Copy)]
struct Applied<'a> {
    coupon: Option<(&'a Coupon, Rate)>,
    discount: Option<&'a Discount>,
    names: [Option<&'a str>; 2],
}

impl Applied<'_> {
    /// What is still there in a period, counted from 1.
    fn lasting(self, period: u32) -> Self {
        Self {
            coupon: self.coupon.filter(|(coupon, _)| coupon.lasts(period)),
            discount: self.discount.filter(|discount| discount.lasts(period)),
            ..self
        }
    }

    /// The periods in which the price may change: the second, because set-up has its part of a fixed amount, and those
    /// before which something ends.
    fn turns(&self) -> BTreeSet<u32> {
        let lasting = [
            Some(1),
            self.coupon.and_then(|(coupon, _)| coupon.cycles),
            self.discount.and_then(|discount| discount.cycles),
        ];
        lasting.into_iter().flatten().filter_map(|cycles| cycles.checked_add(1)).collect()
    }
}

/// What is charged for a period.
struct Charged {
    recurring: Money,
    set_up: Money,
}
