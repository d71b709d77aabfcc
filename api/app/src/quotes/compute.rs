//! The computation behind a quote, an order and its invoice: one function, so that they cannot differ.

use crate::invoices::tax::facts;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::taxes::treat::Taxation;
use chrono::NaiveDate;
use comptoir_db::coupons::{self, CouponRow};
use comptoir_db::discounts::{self, DiscountRow};
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome, Scope, client_groups, client_properties, offers, services, settings, stores, taxes};
use comptoir_domain::coupons::{Coupon, CouponFacts, GroupDiscount, refusal};
use comptoir_domain::discounts::{Discount, PlanCycle, best};
use comptoir_domain::invoices::due::{Due, DueInvoice};
use comptoir_domain::orders::first_invoice::{
    ContractIds, Dated, FirstLine, Signed, dated, first_lines, next_lines, price_request,
};
use comptoir_domain::orders::trial::{self, TrialEnd, trial_ends};
use comptoir_domain::orders::{Cart, CartDomain, Contract, ContractItem, Offer, contracts};
use comptoir_domain::quotes::{Priced, TaxFacts, price};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::services::delivered_by;
use comptoir_domain::taxes::{Buyer, TaxReason};
use comptoir_domain::{Check, ClientId, Code, Money, PlanId, Problem, StoreId, TaxPolicyId};
use std::collections::{BTreeMap, BTreeSet};

/// A cart, worked out.
pub struct Quoted {
    pub store: StoreRow,
    pub contracts: Vec<Contract>,
    /// The subscriptions to be, in the order of the contracts.
    pub dated: Vec<Dated>,
    pub lines: Vec<FirstLine>,
    /// Where each subscription stands after its first invoice.
    pub due: Vec<Due>,
    pub coupon: Option<Coupon>,
    /// What the buyer's group may and will get.
    pub group: GroupDiscount,
    /// Who is taxed, where and how.
    pub tax: TaxFacts,
    /// Why it is taxed like that.
    pub tax_reason: TaxReason,
    /// What is due with the order.
    pub priced: Priced,
    /// What is due when free days are over, the earliest first.
    pub trials: Vec<Trial>,
}

/// The end of free days, and what is due then.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Trial {
    pub ends_on: NaiveDate,
    pub priced: Priced,
}

/// Works a cart out for a buyer; a client that is known has used some coupons already.
pub fn quote(
    db: &mut Db,
    ctx: &Ctx,
    store: StoreId,
    cart: &Cart,
    buyer: &Buyer,
    client: Option<ClientId>,
) -> Outcome<Quoted> {
    let store = stores::find(db, ctx.scope, store)?;
    if !store.is_open {
        return Err(Problem::new(Code::Conflict, "the store is closed").into());
    }
    let offer = offers::of_store(db, ctx.scope, store.id, ctx.today())?;
    let mut contracts = agreed(db, ctx.scope, cart, &offer)?;
    discounted(db, ctx, &mut contracts, client)?;
    let rule = settings::read(db, ctx.scope)?.value.0.billing.rule;
    let signed = Signed {
        client: client.unwrap_or_else(fresh),
        currency: store.currency,
        today: ctx.today(),
        starts_on: cart.starts_on.unwrap_or_else(|| ctx.today()),
    };
    let dated = contracts.iter().map(|contract| dated(contract, &ids_for(contract), signed, &rule));
    let dated = dated.collect::<Result<Vec<_>, Problem>>()?;
    let (lines, due) = first_lines(&dated)?;
    let coupon = coupon_for(db, ctx, &store, cart, &contracts, client)?;
    let policies: BTreeSet<TaxPolicyId> =
        contracts.iter().flat_map(|contract| &contract.items).filter_map(|item| item.tax_policy).collect();
    let policies = taxes::policies(db, ctx.scope, &policies.into_iter().collect::<Vec<_>>())?;
    let taxation = Taxation::load(db, ctx, [buyer])?;
    let tax = facts(policies, taxation.of(buyer), ctx.today());
    let group = group_discount(db, ctx.scope, client)?;
    let (currency, basis) = (store.currency, store.price_basis);
    let mut request = price_request(&contracts, &lines, currency, basis, coupon.as_slice(), group, tax);
    let priced = taxation.price(buyer, &mut request)?;
    let (tax, tax_reason) = (request.tax, taxation.of(buyer).reason);
    let trial = |end: TrialEnd| {
        let request =
            trial::price_request(&end.invoice, &contracts, &dated, coupon.as_ref(), basis, group, tax.clone())?;
        Ok(Trial { ends_on: end.on, priced: trial::priced(&end, &dated, &request)? })
    };
    let trials = trial_ends(&dated, &due)?.into_iter().map(trial).collect::<Result<_, Problem>>()?;
    Ok(Quoted { store, contracts, dated, lines, due, coupon, group, tax, tax_reason, priced, trials })
}

/// The contracts that a cart asks for, with names that are free and a tax policy each.
pub fn agreed(db: &mut Db, scope: Scope, cart: &Cart, offer: &Offer) -> Outcome<Vec<Contract>> {
    let mut contracts = contracts(cart, offer)?;
    names_are_free(db, scope, cart, &contracts)?;
    tax_by_default(db, scope, contracts.iter_mut().flat_map(|contract| &mut contract.items))?;
    Ok(contracts)
}

/// What each further period costs, taxes included, by cycle: coupon and discounts are in it while they last that long. Priced
/// as the run will: once ordered, each subscription has the coupon for itself.
pub fn renewals(quoted: &Quoted) -> Result<Vec<(Cycle, Money)>, Problem> {
    let (currency, basis) = (quoted.store.currency, quoted.store.price_basis);
    let mut by_cycle: BTreeMap<Cycle, DueInvoice> = BTreeMap::new();
    for FirstLine { contract, line, .. } in next_lines(&quoted.dated, &quoted.due)? {
        let Some(Dated { subscription: of, .. }) = quoted.dated.get(contract) else { continue };
        let (client, on, lines) = (of.client, line.period.from, Vec::new());
        let invoice = DueInvoice { client, currency, invoice_on: on, begins_on: on, lines };
        by_cycle.entry(of.cycle).or_insert(invoice).lines.push(line);
    }
    let coupon = quoted.coupon.as_ref().filter(|coupon| coupon.lasts(2));
    let lasts = |discount: &Discount| discount.lasts(2);
    let later =
        |contract: &Contract| Contract { discount: contract.discount.clone().filter(lasts), ..contract.clone() };
    let contracts: Vec<Contract> = quoted.contracts.iter().map(later).collect();
    let renewal = |(cycle, invoice): (Cycle, DueInvoice)| {
        let (group, tax) = (quoted.group, quoted.tax.clone());
        let request = trial::price_request(&invoice, &contracts, &quoted.dated, coupon, basis, group, tax)?;
        Ok((cycle, price(&request)?.totals.gross))
    };
    by_cycle.into_iter().map(renewal).collect()
}

/// What a client's group may and will get; someone new is going to be in the default group.
pub fn group_discount(db: &mut Db, scope: Scope, client: Option<ClientId>) -> Outcome<GroupDiscount> {
    Ok(match client {
        Some(client) => client_groups::membership(db, scope, client)?.discount(),
        None => client_groups::default_group(db, scope)?.terms().discount(),
    })
}

/// Gives each contract the discount that is offered today for its cycle of its plan.
fn discounted(db: &mut Db, ctx: &Ctx, contracts: &mut [Contract], client: Option<ClientId>) -> Outcome<()> {
    let offered = discounts::offered(db, ctx.scope, ctx.today())?;
    let offered = offered.iter().map(DiscountRow::discount).collect::<Outcome<Vec<_>>>()?;
    let asks = offered.iter().any(|discount| discount.property.is_some());
    let properties = match client.filter(|_| asks) {
        Some(client) => client_properties::of(db, ctx.scope, client)?,
        None => Vec::new(),
    };
    for contract in contracts {
        let wanted = PlanCycle { plan_id: contract.plan, cycle: contract.cycle };
        contract.discount = best(&offered, wanted, ctx.today(), &properties).cloned();
    }
    Ok(())
}

/// A name is hosted once and registered once by a seller: who pays for it gets it.
fn names_are_free(db: &mut Db, scope: Scope, cart: &Cart, contracts: &[Contract]) -> Outcome<()> {
    let named: Vec<_> = contracts.iter().filter(|contract| contract.domain.is_some()).collect();
    let names: Vec<String> = named.iter().map(|contract| contract.name.clone()).collect();
    let mut used = services::names_in_use(db, scope, &names)?;
    let mut check = Check::new();
    let name = |domain: &Option<CartDomain>| domain.as_ref().map(|domain| domain.name.clone());
    for contract in named {
        let Some(kind) = delivered_by(contract.kind) else { continue };
        if !used.insert((kind, contract.name.clone())) {
            let at =
                cart.items.iter().rposition(|item| name(&item.domain) == name(&contract.domain)).unwrap_or_default();
            let detail = "a subscription has this name already";
            check.refuse(&format!("/cart/items/{at}/domain/name"), "name_taken", detail);
        }
    }
    Ok(check.done()?)
}

/// What has no tax policy of its own is taxed by the seller's default one.
pub fn tax_by_default<'a>(db: &mut Db, scope: Scope, items: impl Iterator<Item = &'a mut ContractItem>) -> Outcome<()> {
    let default = taxes::default_policy(db, scope)?;
    for item in items {
        item.tax_policy = item.tax_policy.or(default);
    }
    Ok(())
}

/// New ids.
pub fn ids_for(contract: &Contract) -> ContractIds {
    ContractIds { subscription: fresh(), items: contract.items.iter().map(|_| fresh()).collect() }
}

/// The coupon of the code, refused with the reason if it cannot be used; without a code, the first automatic one that can.
fn coupon_for(
    db: &mut Db,
    ctx: &Ctx,
    store: &StoreRow,
    cart: &Cart,
    contracts: &[Contract],
    client: Option<ClientId>,
) -> Outcome<Option<Coupon>> {
    let plans: Vec<PlanId> = contracts.iter().map(|contract| contract.plan).collect();
    let Some(code) = &cart.coupon else {
        for row in coupons::automatic(db, ctx.scope, store.id)? {
            let coupon = row.coupon()?;
            if why_not(db, ctx, store, &row, &coupon, &plans, client)?.is_none() {
                return Ok(Some(coupon));
            }
        }
        return Ok(None);
    };
    let unknown =
        || Problem::new(Code::CouponInvalid, "there is no such coupon").at("/cart/coupon", "unknown", "check the code");
    let row = coupons::by_code(db, ctx.scope, code)?.ok_or_else(unknown)?;
    let coupon = row.coupon()?;
    match why_not(db, ctx, store, &row, &coupon, &plans, client)? {
        Some(problem) => Err(problem.under("/cart").into()),
        None => Ok(Some(coupon)),
    }
}

fn why_not(
    db: &mut Db,
    ctx: &Ctx,
    store: &StoreRow,
    row: &CouponRow,
    coupon: &Coupon,
    plans: &[PlanId],
    client: Option<ClientId>,
) -> Outcome<Option<Problem>> {
    let uses_by_client = match client {
        Some(client) => {
            coupons::uses_by_client(db, ctx.scope, client, &[coupon.id])?.get(&coupon.id).copied().unwrap_or(0)
        }
        None => 0,
    };
    let facts = CouponFacts {
        store: store.id,
        plans,
        today: ctx.today(),
        uses: row.uses()?,
        uses_by_client,
        currency: store.currency,
    };
    Ok(refusal(coupon, &facts))
}
