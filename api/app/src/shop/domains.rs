//! The name that a plan is for, or a name alone. Whether a name is free is not known here: the registry is asked when it
//! is ordered, and the page says so.

use super::Shown;
use super::basket::Line;
use super::cart::{full, next};
use super::visit::Visit;
use comptoir_db::offers;
use comptoir_domain::orders::{CartDomain, DomainName, DomainOption};
use comptoir_domain::{Money, Problem};
use comptoir_storefront::pages::{DomainResult, DomainState, DomainsPage};
use comptoir_storefront::site::{StoreDomains, StoreTld, StoreTldPeriod};

/// As many endings as are proposed for a word without one.
const PROPOSED: usize = 8;

/// The question, and the answers if something was asked.
pub async fn search(visit: &Visit) -> Shown {
    let Some(domains) = &visit.standing.shop.site().domains else { return Err(Problem::not_found().into()) };
    let want = wanted(visit, domains);
    let name = visit.fields.get("name");
    let item = Some(visit.fields.get("item").to_string()).filter(|item| !item.is_empty());
    let answered = if name.is_empty() { Ok(None) } else { answers(domains, want, name).map(Some) };
    let (results, form) = match answered {
        Ok(results) => (results, visit.form()),
        Err(problem) => (None, visit.refused(&problem)),
    };
    let page = DomainsPage { item, want: Some(want), name: name.into(), results, form };
    if page.form.errors.is_empty() { visit.page(&page) } else { visit.again(&page) }
}

fn wanted(visit: &Visit, domains: &StoreDomains) -> DomainOption {
    let asked = visit.fields.get("want").parse().ok().filter(|want| domains.options.contains(want));
    asked.or_else(|| domains.options.first().copied()).unwrap_or(DomainOption::UseOwn)
}

/// One answer for a whole name; for a single word, one for each ending that is sold.
fn answers(domains: &StoreDomains, want: DomainOption, name: &str) -> Result<Vec<DomainResult>, Problem> {
    let mut names = vec![name.to_string()];
    if !name.contains('.') && want != DomainOption::UseOwn {
        names = domains.tlds.iter().take(PROPOSED).map(|tld| format!("{name}.{}", tld.tld)).collect();
    }
    let found: Vec<_> = names.iter().map(|name| answer(domains, want, name)).collect::<Result<_, _>>()?;
    if found.is_empty() { Err(invalid()) } else { Ok(found) }
}

fn answer(domains: &StoreDomains, want: DomainOption, name: &str) -> Result<DomainResult, Problem> {
    let name: DomainName = name.parse().map_err(|_| invalid())?;
    let plain = DomainResult {
        name: name.unicode(),
        state: DomainState::Available,
        before: None,
        price: None,
        renew: None,
        years: 0,
    };
    if want == DomainOption::UseOwn {
        return Ok(plain);
    }
    let tld = domains.tlds.iter().find(|tld| tld.tld == name.parent());
    let not_sold = || Problem::field("/name", "not_offered", "this store does not sell names with this ending");
    let amount = |register: Option<Money>, transfer: Option<Money>| {
        if want == DomainOption::Transfer { transfer } else { register }
    };
    // for the shortest time for which it is sold in this way
    let mut periods = tld.into_iter().flat_map(StoreTld::periods);
    let sold = periods.find_map(|period| Some((amount(period.register, period.transfer)?, period)));
    let (listed, StoreTldPeriod { years, renew, offer, .. }) = sold.ok_or_else(not_sold)?;
    let now = offer.as_ref().and_then(|offer| amount(offer.register, offer.transfer));
    Ok(DomainResult {
        state: DomainState::Unknown,
        before: now.map(|_| listed),
        price: now.or(Some(listed)),
        renew: Some(offer.as_ref().map_or(renew, |offer| offer.renew)),
        years,
        ..plain
    })
}

fn invalid() -> Problem {
    Problem::field("/name", "invalid_domain", "expected a name such as example.com")
}

/// Gives a name to the line that needs one, or buys the name alone.
pub async fn choose(visit: &Visit) -> Shown {
    let Some(domains) = &visit.standing.shop.site().domains else { return Err(Problem::not_found().into()) };
    let option = wanted(visit, domains);
    let asked: Result<DomainName, _> = visit.fields.get("name").parse();
    let Ok(name) = asked else { return Ok(back(visit)) };
    let mut basket = visit.basket.clone();
    if let Some(line) = basket.nameless(visit.fields.get("item")) {
        line.domain = Some(CartDomain { name, option, years: None });
    } else {
        let Some(line) = alone(visit, CartDomain { name, option, years: None }).await? else { return Ok(back(visit)) };
        if !basket.add(line) {
            return full(visit).await;
        }
    }
    if visit.keep(&basket) { Ok(next(visit, &basket)) } else { full(visit).await }
}

/// A name without hosting: the domain plan with its ending, for its shortest cycle.
async fn alone(visit: &Visit, domain: CartDomain) -> Result<Option<Line>, crate::kernel::ApiError> {
    if domain.option == DomainOption::UseOwn {
        return Ok(None);
    }
    let store = visit.store.id;
    let offer = visit.desk.read(move |db, ctx| offers::of_store(db, ctx.scope, store, ctx.today())).await?;
    let sold = offer.domain_plan(&domain.name, domain.option);
    let line = |(plan, cycle): (&comptoir_domain::orders::OfferedPlan, _)| Line {
        item: 0,
        plan: plan.id,
        cycle,
        add_ons: Vec::new(),
        domain: Some(domain.clone()),
        named: false,
    };
    Ok(sold.map(line))
}

/// Asks again, saying what is wrong with the name.
fn back(visit: &Visit) -> actix_web::HttpResponse {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["want", "name", "item"] {
        query.append_pair(name, visit.fields.get(name));
    }
    visit.see(&format!("domains/search?{}", query.finish()))
}
