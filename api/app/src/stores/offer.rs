//! What discounts and automatic coupons make of a price (PRO-01, PRO-02, ORD-08), worked out by the pipeline that prices
//! orders for someone new, so that the store never shows what the cart does not give.

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
use comptoir_storefront::site::{StoreOffer, StoreText};
use std::collections::HashMap;

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
        self.lowered(plan, price, locale, |coupon| coupon.value)
    }

    /// What an add-on costs beside a plan with what applies to that: all lines of the contract are discounted. A fixed amount
    /// comes off once and is shown with the plan.
    pub fn beside(&self, plan: &OfferedPlan, price: &Price<Cycle>, locale: Locale) -> Outcome<Option<StoreOffer>> {
        self.lowered(plan, price, locale, |coupon| match coupon.value {
            Rate::Percent(percent) => Rate::Percent(percent),
            Rate::Fixed(_) => Rate::Percent(Percent::default()),
        })
    }

    fn lowered(
        &self,
        plan: &OfferedPlan,
        listed: &Price<Cycle>,
        locale: Locale,
        off: impl Fn(&Coupon) -> Rate,
    ) -> Outcome<Option<StoreOffer>> {
        let coupon = self.first_for(plan.id)?;
        let wanted = PlanCycle { plan_id: plan.id, cycle: listed.cycle };
        let discount = best(&self.discounts, wanted, self.today, &[]);
        if coupon.is_none() && discount.is_none() {
            return Ok(None);
        }
        let taken = coupon.map(|(_, coupon)| (coupon, off(coupon)));
        let request = self.request(taken, discount, listed)?;
        let priced = price(&request)?;
        let of = |kind| {
            let lines = priced.lines.iter().filter(move |line| line.kind == kind);
            Money::sum(self.currency, lines.map(|line| line.gross)).map_err(Problem::from)
        };
        let (recurring, set_up) = (of(LineKind::Recurring)?, of(LineKind::Setup)?);
        if (recurring, set_up) == (listed.recurring, listed.setup) {
            return Ok(None);
        }
        // the price holds until the first of them ends
        let lasting = [coupon.and_then(|(_, coupon)| coupon.cycles), discount.and_then(|discount| discount.cycles)];
        let cycles = lasting.into_iter().flatten().min();
        Ok(Some(StoreOffer {
            recurring,
            set_up: Some(set_up).filter(|fee| !fee.is_zero()),
            cycles: cycles.and_then(|cycles| u16::try_from(cycles).ok()),
            label: StoreText::new(locale, self.label(coupon, discount)),
        }))
    }

    /// What is offered, in the seller's words.
    fn label(&self, coupon: Option<&(CouponRow, Coupon)>, discount: Option<&Discount>) -> String {
        let discount = discount.and_then(|discount| self.names.get(&discount.id));
        let names = [discount.map(String::as_str), coupon.map(|(row, _)| row.name.as_str())];
        names.into_iter().flatten().collect::<Vec<_>>().join(" + ")
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

    /// The first period and its set-up alone, in the prices of the store: taxes are said elsewhere.
    fn request(
        &self,
        coupon: Option<(&Coupon, Rate)>,
        discount: Option<&Discount>,
        listed: &Price<Cycle>,
    ) -> Result<PriceRequest, Problem> {
        let amounts = [(LineKind::Setup, listed.setup), (LineKind::Recurring, listed.recurring)];
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
                offered: discount.map(|discount| discount.percent).unwrap_or_default(),
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
            coupons: coupon.map(application).into_iter().collect(),
            tax: TaxFacts { policies: Vec::new(), place, date: self.today, note: None, private_sale: None },
        })
    }
}
