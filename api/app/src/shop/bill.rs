//! What a cart costs, as pages show it: lines, sums, and the token that holds the seller to them.

use super::basket::{Basket, Line};
use super::visit::Visit;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::quotes::compute::{Quoted, Trial, quote, renewals};
use crate::quotes::token::QuoteToken;
use crate::taxes::treat::buyer_of;
use comptoir_db::taxes::rules;
use comptoir_db::{Db, Failure, Outcome, clients, coupons};
use comptoir_domain::orders::{Cart, Contract, DomainOption, Lasts};
use comptoir_domain::plans::PlanType;
use comptoir_domain::quotes::{PriceBasis, Priced};
use comptoir_domain::taxes::{Buyer, Place, TaxAmount};
use comptoir_domain::{Code, Money, Problem, Rate};
use comptoir_storefront::pages::{CartLine, FieldError, LaterAmount, NamedAmount, Totals, TrialAmount};

/// A cart, priced.
pub struct Bill {
    pub lines: Vec<CartLine>,
    /// None where nothing can be priced yet.
    pub totals: Option<Totals>,
    /// Order with this.
    pub token: String,
    /// The cart as it was priced: what could not be had is out.
    pub basket: Basket,
    /// What had to be taken out, and why.
    pub errors: Vec<FieldError>,
    /// Whether taxes ask in which county the buyer is.
    pub county_asked: bool,
}

/// What is charged, and the words around it.
struct Found {
    quoted: Quoted,
    token: QuoteToken,
    discount: Option<String>,
    later: Vec<LaterAmount>,
    trials: Vec<TrialAmount>,
    county_asked: bool,
}

impl Visit {
    /// Who buys: the client, or someone who is where he said to be, or else where the seller is.
    pub async fn buyer(&self) -> Result<Buyer, ApiError> {
        if let Some((_, client)) = self.signed_in() {
            return self.desk.read(move |db, ctx| Ok(buyer_of(&clients::find(db, ctx.scope, client)?))).await;
        }
        let place = self.basket.place.clone().unwrap_or_else(|| Place::of(self.seller.country));
        Ok(Buyer { place, vat_number: None, is_exempt: false })
    }

    /// Prices a cart for a buyer. What can no longer be had is taken out, with a word about it.
    pub async fn bill(&self, mut basket: Basket, buyer: Buyer) -> Result<Bill, ApiError> {
        let mut errors = Vec::new();
        loop {
            let cart = basket.cart();
            if cart.items.is_empty() {
                let lines = basket.lines.iter().filter_map(|line| self.incomplete(line)).collect();
                return Ok(Bill { lines, totals: None, token: String::new(), basket, errors, county_asked: false });
            }
            match self.find(cart, buyer.clone()).await {
                Ok(found) => return self.show(basket, errors, found),
                Err(error) => {
                    let mended = mend(&mut basket, &error.problem);
                    if !mended {
                        return Err(error);
                    }
                    errors.push(self.why(&error.problem));
                }
            }
        }
    }

    async fn find(&self, cart: Cart, buyer: Buyer) -> Result<Found, ApiError> {
        let (store, client) = (self.store.id, self.signed_in().map(|(_, client)| client));
        let work = move |db: &mut Db, ctx: &Ctx| {
            let quoted = quote(db, ctx, store, &cart, &buyer, client)?;
            let token = QuoteToken::new(&quoted, &cart, &buyer, ctx.machine_now)?;
            let discount = named(db, ctx, &quoted)?;
            let later = renewals(&quoted)?.into_iter().map(|(cycle, amount)| LaterAmount { cycle, amount });
            let trial = |trial: &Trial| TrialAmount { ends_on: trial.ends_on, amount: trial.priced.totals.gross };
            let trials = quoted.trials.iter().map(trial).collect();
            let county_asked = rules::name_counties(db, ctx.scope)?;
            Ok(Found { later: later.collect(), trials, quoted, token, discount, county_asked })
        };
        self.desk.read(work).await
    }

    fn show(&self, basket: Basket, errors: Vec<FieldError>, found: Found) -> Result<Bill, ApiError> {
        let mut contracts = found.quoted.contracts.iter();
        let mut lines = Vec::new();
        for line in &basket.lines {
            if !line.is_complete() {
                lines.extend(self.incomplete(line));
                continue;
            }
            let Some(contract) = contracts.next() else { continue };
            lines.push(self.contract_line(line, contract)?);
            if brings_domain(contract) {
                for contract in contracts.by_ref().take(1) {
                    lines.push(CartLine { item: String::new(), ..self.contract_line(line, contract)? });
                }
            }
        }
        let totals = self.totals(&found.quoted.priced, found.discount)?;
        let totals = Totals { trials: found.trials, later: found.later, ..totals };
        let token = found.token.seal(self.state().quote_key());
        Ok(Bill { lines, totals: Some(totals), token, basket, errors, county_asked: found.county_asked })
    }

    /// A contract as the store lists it, before coupons and taxes on top.
    fn contract_line(&self, line: &Line, contract: &Contract) -> Result<CartLine, Problem> {
        let currency = self.store.currency;
        let sum = |price: fn(&comptoir_domain::orders::ContractItem) -> comptoir_domain::UnitPrice| {
            // what a name costs at first is said by the sums
            let again = contract.items.iter().filter(|item| item.lasts != Lasts::First);
            let each = again.map(|item| Money::round(price(item).get() * item.quantity.get(), currency));
            Money::sum(currency, each.collect::<Result<Vec<_>, _>>()?)
        };
        let set_up = sum(|item| item.setup_fee)?;
        let again = contract.items.iter().filter(|item| item.lasts != Lasts::First);
        let mut names = again.map(|item| item.description.clone());
        Ok(CartLine {
            item: line.item.to_string(),
            title: names.next().unwrap_or_default(),
            details: names.collect(),
            domain: contract.domain.as_ref().map(|domain| domain.name.unicode()),
            needs_domain: false,
            cycle: contract.cycle,
            recurring: sum(|item| item.unit_price)?,
            set_up: Some(set_up).filter(|fee| !fee.is_zero()),
        })
    }

    /// A line that still needs a name, with the price of its plan.
    fn incomplete(&self, line: &Line) -> Option<CartLine> {
        let site = self.standing.shop.site();
        let plan = site.plans.iter().find(|plan| plan.id == line.plan)?;
        let price = plan.prices.iter().find(|price| price.cycle == line.cycle)?;
        Some(CartLine {
            item: line.item.to_string(),
            title: plan.name.get(self.locale, site.store.locale).to_string(),
            details: Vec::new(),
            domain: None,
            needs_domain: true,
            cycle: line.cycle,
            recurring: price.recurring,
            set_up: price.set_up,
        })
    }

    /// The sums of what is due now, in the prices that the store shows.
    pub fn totals(&self, priced: &Priced, discount: Option<String>) -> Result<Totals, Problem> {
        let listed = Money::sum(priced.currency, priced.lines.iter().map(|line| line.listed))?;
        let gross = priced.prices == PriceBasis::Gross;
        let charged = if gross { priced.totals.gross } else { priced.totals.net };
        let off = charged.minus(listed)?;
        let label = discount.unwrap_or_else(|| self.text("payment.discount", &[]));
        let discounts = (!off.is_zero()).then_some(NamedAmount { label, amount: off });
        Ok(Totals {
            subtotal: listed,
            discounts: discounts.into_iter().collect(),
            taxes: priced.taxes.iter().map(|tax| self.tax_line(tax)).collect(),
            taxes_included: gross,
            total: priced.totals.gross,
            trials: Vec::new(),
            later: Vec::new(),
        })
    }

    /// `VAT 20 %`, or why there is none.
    pub fn tax_line(&self, tax: &TaxAmount) -> NamedAmount {
        let label = match (tax.note, tax.rate) {
            (Some(note), _) => self.text(&format!("tax.{note}"), &[]),
            (None, Rate::Percent(percent)) => {
                let number = percent.get().normalize().to_string();
                let number = if self.locale.language() == "en" { number } else { number.replace('.', ",") };
                format!("{} {number}\u{a0}%", tax.name)
            }
            (None, Rate::Fixed(_)) => tax.name.clone(),
        };
        NamedAmount { label, amount: tax.amount }
    }

    fn why(&self, problem: &Problem) -> FieldError {
        let coupon = matches!(problem.code, Code::CouponInvalid | Code::CouponExhausted);
        let (field, code) = match problem.fields.first() {
            _ if coupon => ("coupon", problem.code.word()),
            Some(field) if field.pointer.contains("/domain") => ("", field.code),
            _ => ("", "gone"),
        };
        FieldError { field: field.into(), code: code.into(), detail: problem.detail.to_string() }
    }
}

/// Whether a contract is followed by one for its name.
fn brings_domain(contract: &Contract) -> bool {
    let moved = contract.domain.as_ref().is_some_and(|domain| domain.option != DomainOption::UseOwn);
    contract.kind == PlanType::Hosting && moved
}

/// What the discount of a quote is called: the coupon's name.
fn named(db: &mut Db, ctx: &Ctx, quoted: &Quoted) -> Outcome<Option<String>> {
    let Some(coupon) = &quoted.coupon else { return Ok(None) };
    Ok(coupons::find_many(db, ctx.scope, &[coupon.id])?.into_iter().next().map(|row| row.name))
}

/// Takes out what a refusal names; the last place first, so that the others keep their numbers.
fn mend(basket: &mut Basket, problem: &Problem) -> bool {
    if matches!(problem.code, Code::CouponInvalid | Code::CouponExhausted) {
        return basket.coupon.take().is_some();
    }
    let mut places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
    places.sort_unstable();
    places.dedup_by_key(|place| place.split('/').nth(3));
    let mut mended = false;
    for place in places.iter().rev() {
        mended |= basket.mend(place);
    }
    mended
}

/// The same promise for another buyer, if it costs him the same: nobody is asked twice because he has typed his town.
pub fn moved(
    db: &mut Db,
    ctx: &Ctx,
    token: &QuoteToken,
    buyer: &Buyer,
    client: Option<comptoir_domain::ClientId>,
) -> Outcome<QuoteToken> {
    let old = quote(db, ctx, token.store, &token.cart, &token.buyer, client)?;
    token.still_holds(&old, ctx.machine_now)?;
    let new = quote(db, ctx, token.store, &token.cart, buyer, client)?;
    if (&old.priced, &old.trials) != (&new.priced, &new.trials) {
        let detail = "the price is another one at this address: look at it and order again";
        return Err(Failure::Refused(Problem::new(Code::QuoteChanged, detail)));
    }
    Ok(QuoteToken::new(&new, &token.cart, buyer, ctx.machine_now)?)
}
