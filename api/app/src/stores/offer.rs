//! What automatic coupons make of a price (PRO-02, ORD-08), worked out by the pipeline that prices orders, so that the
//! store never shows what the cart does not give.

use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::coupons::{self, CouponRow};
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::coupons::{Coupon, CouponFacts, refusal};
use comptoir_domain::orders::{OfferedPlan, OfferedPrice};
use comptoir_domain::quotes::{
    CartLine, CouponApplication, Description, LineKind, PriceBasis, PriceRequest, TaxFacts, price,
};
use comptoir_domain::taxes::Place;
use comptoir_domain::{Country, Currency, Locale, Money, Percent, PlanId, Quantity, StoreId, UnitPrice};
use comptoir_storefront::site::{StoreOffer, StoreText};

/// The automatic coupons of a store, the first that can be used winning.
pub struct Automatic {
    coupons: Vec<(CouponRow, Coupon)>,
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
        let country = comptoir_db::sellers::own(db, ctx.scope)?.country;
        let (basis, currency) = (store.price_basis, store.currency);
        Ok(Self { coupons, store: store.id, basis, currency, country, today: ctx.today() })
    }

    /// What a plan costs with the one that applies to it.
    pub fn offer(&self, plan: &OfferedPlan, offered: &OfferedPrice, locale: Locale) -> Outcome<Option<StoreOffer>> {
        let Some((row, coupon)) = self.first_for(plan.id)? else { return Ok(None) };
        let request = self.request(coupon, offered);
        let priced = price(&request)?;
        let of = |kind| {
            let lines = priced.lines.iter().filter(move |line| line.kind == kind);
            Money::sum(self.currency, lines.map(|line| line.gross)).map_err(comptoir_domain::Problem::from)
        };
        let (recurring, set_up) = (of(LineKind::Recurring)?, of(LineKind::Setup)?);
        if (recurring, set_up) == (offered.price.recurring, offered.price.setup) {
            return Ok(None);
        }
        Ok(Some(StoreOffer {
            recurring,
            set_up: Some(set_up).filter(|fee| !fee.is_zero()),
            cycles: coupon.cycles.and_then(|cycles| u16::try_from(cycles).ok()),
            label: StoreText::new(locale, &row.name),
        }))
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
    fn request(&self, coupon: &Coupon, offered: &OfferedPrice) -> PriceRequest {
        let amounts = [(LineKind::Setup, offered.price.setup), (LineKind::Recurring, offered.price.recurring)];
        let line = |(kind, amount): &(LineKind, Money)| CartLine {
            key: kind.to_string(),
            kind: *kind,
            description: Description::Text(String::new()),
            quantity: Quantity::from(1),
            unit_price: UnitPrice::new(amount.decimal()).unwrap_or_default(),
            currency: self.currency,
            tax_policy: None,
            discountable: true,
            offered: Percent::default(),
        };
        let application = CouponApplication {
            coupon: coupon.id,
            value: coupon.value,
            free_setup: coupon.free_setup,
            lines: amounts.iter().map(|(kind, _)| kind.to_string()).collect(),
        };
        let place = Place { country: self.country, state: None, city: None, county: None };
        PriceRequest {
            currency: self.currency,
            prices: self.basis,
            lines: amounts.iter().map(line).collect(),
            group: Default::default(),
            coupons: vec![application],
            tax: TaxFacts { policies: Vec::new(), place, date: self.today, note: None },
        }
    }
}
