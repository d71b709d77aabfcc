//! What a shopper may see of a store, read as one value: the generator, the store's own pages and the public API have the
//! same one.

use crate::kernel::call::Ctx;
use crate::stores::features::{features, size};
use crate::stores::names::names;
use crate::stores::offer::Automatic;
use crate::stores::wording::{INTRO, TERMS, in_each};
use comptoir_db::add_ons::{self, AddOnRow};
use comptoir_db::overuse_prices::{self, OverusePriceRow};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::sellers::SellerRow;
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome, add_on_groups, offers};
use comptoir_domain::orders::{Offer, OfferedAddOn, OfferedPlan, OfferedPrice};
use comptoir_domain::plans::PlanType;
use comptoir_domain::schedule::CycleUnit;
use comptoir_domain::usage::{Resource, limit};
use comptoir_domain::{AddOnGroupId, Locale, PlanId};
use comptoir_storefront::site::{
    StoreAddOn, StoreAddOnGroup, StoreAddOnOffer, StoreContact, StoreLegalText, StoreOverusePrice, StorePlan,
    StorePrice, StoreProfile, StoreSite, StoreText,
};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a store with all it offers today, in as many queries for one plan as for a thousand.
pub fn read(db: &mut Db, ctx: &Ctx, seller: &SellerRow, store: &StoreRow, public_url: &str) -> Outcome<StoreSite> {
    let offer = offers::of_store(db, ctx.scope, store.id, ctx.today())?;
    let shown: Vec<&OfferedPlan> =
        offer.plans.iter().filter(|plan| plan.kind != PlanType::Domain && !plan.prices.is_empty()).collect();
    let ids: Vec<PlanId> = shown.iter().map(|plan| plan.id).collect();
    let rows = plans::find_many(db, ctx.scope, &ids)?;
    let asked: BTreeSet<_> = shown.iter().flat_map(|plan| &plan.add_ons).copied().collect();
    let choices = add_ons::find_many(db, ctx.scope, &asked.into_iter().collect::<Vec<_>>())?;
    let groups: BTreeSet<_> = choices.iter().map(|row| row.add_on_group_id).collect();
    let groups = add_on_groups::find_many(db, ctx.scope, &groups.into_iter().collect::<Vec<_>>())?;
    let automatic = Automatic::read(db, ctx, store)?;
    let locale = store.locales.0.first().copied().unwrap_or(seller.locale);
    let above = overuse_prices::of_plans(db, ctx.scope, &ids)?;
    let above: Vec<_> = above.into_iter().filter(|row| row.is_current(ctx.today())).collect();
    let plan = |(offered, row): (&&OfferedPlan, PlanRow)| {
        let order = groups.iter().map(|group| group.id);
        let overuse = overuse(&above, &row, store);
        let add_on_offers = beside(offered, &offer, locale, &automatic)?;
        let asked = questions(offered, &choices, order);
        Ok(StorePlan { overuse, add_on_offers, ..plan(offered, row, asked, locale, &automatic)? })
    };
    let group = |group: &add_on_groups::AddOnGroupRow| StoreAddOnGroup {
        id: group.id,
        question: StoreText::new(locale, &group.question),
        items: answers(group.id, &choices, &offer, locale),
    };
    Ok(StoreSite {
        store: profile(seller, store, locale, public_url),
        plans: shown.iter().zip(rows).map(plan).collect::<Outcome<_>>()?,
        add_on_groups: groups.iter().map(group).collect(),
        domains: names(store, &offer, locale, &automatic)?,
    })
}

/// Where a store lives: the origin and the path of its pages.
pub fn address(public_url: &str, seller: &str, store: &str) -> (String, String) {
    let known = url::Url::parse(public_url).ok();
    let origin = known.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let below = known.as_ref().map(|url| url.path().trim_end_matches('/')).unwrap_or_default();
    (origin, format!("{below}/stores/{seller}/{store}/"))
}

/// The languages of a store; the seller's if it names none.
fn spoken(store: &StoreRow, sellers: Locale) -> Vec<Locale> {
    if store.locales.0.is_empty() { vec![sellers] } else { store.locales.0.clone() }
}

/// Where the clients of a seller have their account: in the first of its stores that speaks their very language, or one like it
/// (`fr` and `fr-CA`), or else in the first.
pub fn account_page(public_url: &str, seller: &SellerRow, stores: &[StoreRow], locale: Locale) -> String {
    let spoken =
        || stores.iter().flat_map(|store| spoken(store, seller.locale).into_iter().map(move |one| (store, one)));
    let found = spoken().find(|(_, known)| *known == locale);
    let found = found.or_else(|| spoken().find(|(_, known)| known.language() == locale.language()));
    let found = found.or_else(|| spoken().next());
    let Some((store, locale)) = found else { return format!("{public_url}/") };
    let (origin, base) = address(public_url, &seller.code, &store.code);
    format!("{origin}{base}{locale}/account/")
}

fn profile(seller: &SellerRow, store: &StoreRow, locale: Locale, public_url: &str) -> StoreProfile {
    let (origin, base_path) = address(public_url, &seller.code, &store.code);
    let filled = |text: &String| !text.is_empty();
    let town = format!("{} {}", seller.postal_code, seller.city).trim().to_string();
    let lines =
        [seller.address_line1.clone(), seller.address_line2.clone(), town, seller.country.name_in(locale).into()];
    StoreProfile {
        id: store.id,
        name: store.name.clone(),
        locale,
        locales: spoken(store, locale),
        currency: store.currency,
        price_basis: store.price_basis,
        origin,
        base_path,
        landing: store.landing,
        theme: store.theme.as_str().into(),
        colours: BTreeMap::new(),
        logo: None,
        headline: StoreText::new(locale, &store.name),
        intro: in_each(INTRO, &store.locales.0),
        promises: Vec::new(),
        header_note: StoreText::default(),
        footer_note: StoreText::default(),
        contact: StoreContact {
            company: seller.company.clone(),
            address: lines.into_iter().filter(filled).collect(),
            email: seller.email.clone(),
            phone: Some(seller.phone.clone()).filter(filled),
        },
        legal: legal(store),
    }
}

fn legal(store: &StoreRow) -> Vec<StoreLegalText> {
    if store.terms.0.is_empty() {
        return Vec::new();
    }
    let title = in_each(TERMS, &store.locales.0);
    vec![StoreLegalText { slug: "terms".into(), title, body: StoreText(store.terms.0.clone()), accept: true }]
}

/// The questions of a plan: the groups of its add-ons, in the order of the groups.
fn questions(
    offered: &OfferedPlan,
    choices: &[AddOnRow],
    order: impl Iterator<Item = AddOnGroupId>,
) -> Vec<AddOnGroupId> {
    let asks = |group: &AddOnGroupId| {
        choices.iter().any(|row| row.add_on_group_id == *group && offered.add_ons.contains(&row.id))
    };
    order.filter(asks).collect()
}

fn answers(group: AddOnGroupId, choices: &[AddOnRow], offer: &Offer, locale: Locale) -> Vec<StoreAddOn> {
    let mut theirs: Vec<_> = choices.iter().filter(|row| row.add_on_group_id == group).collect();
    theirs.sort_by_key(|row| (row.position, row.id));
    let answer = |row: &&AddOnRow| {
        let offered: &OfferedAddOn = offer.add_ons.iter().find(|offered| offered.id == row.id)?;
        Some(StoreAddOn {
            id: row.id,
            name: StoreText::new(locale, &row.name),
            summary: StoreText::new(locale, &row.description),
            prices: in_order(&offered.prices).map(bare).collect(),
        })
    };
    theirs.iter().filter_map(answer).collect()
}

fn plan(
    offered: &OfferedPlan,
    row: PlanRow,
    questions: Vec<AddOnGroupId>,
    locale: Locale,
    automatic: &Automatic,
) -> Outcome<StorePlan> {
    let (summary, rest) = row.description.split_once("\n\n").unwrap_or((&row.description, ""));
    let prices = in_order(&offered.prices).map(|price| {
        let offer = automatic.offer(offered, &price.price, locale)?;
        Ok(StorePrice { offer, ..bare(price) })
    });
    Ok(StorePlan {
        id: row.id,
        slug: row.code.clone(),
        name: StoreText::new(locale, &row.name),
        summary: StoreText::new(locale, summary.trim()),
        description: StoreText::new(locale, rest.trim()),
        features: features(&row, locale),
        prices: prices.collect::<Outcome<_>>()?,
        add_on_offers: Vec::new(),
        overuse: Vec::new(),
        add_on_groups: questions,
        trial_days: offered.trial_days,
        needs_domain: offered.kind == PlanType::Hosting,
        recommended: false,
    })
}

/// What the add-ons of a plan cost with what applies to the plan, for the cycles in which both are sold.
fn beside(plan: &OfferedPlan, offer: &Offer, locale: Locale, automatic: &Automatic) -> Outcome<Vec<StoreAddOnOffer>> {
    let mut found = Vec::new();
    for add_on in offer.add_ons.iter().filter(|add_on| plan.add_ons.contains(&add_on.id)) {
        for price in in_order(&add_on.prices) {
            let cycle = price.price.cycle;
            if plan.prices.iter().any(|offered| offered.price.cycle == cycle)
                && let Some(offer) = automatic.beside(plan, &price.price, locale)?
            {
                found.push(StoreAddOnOffer { add_on_id: add_on.id, cycle, offer });
            }
        }
    }
    Ok(found)
}

/// What is charged for use above what the plan promises; nothing is above what has no limit.
fn overuse(prices: &[OverusePriceRow], plan: &PlanRow, store: &StoreRow) -> Vec<StoreOverusePrice> {
    let price = |resource: &Resource| {
        limit(&plan.properties.0, *resource)?;
        let fits = |row: &&OverusePriceRow| {
            row.plan_id == plan.id && row.resource == *resource && row.currency == store.currency
        };
        let row = prices.iter().find(fits).filter(|row| !row.unit_price.get().is_zero())?;
        let unit_size = u64::try_from(row.unit_size).ok()?;
        let unit = StoreText(store.locales.0.iter().map(|locale| (*locale, size(unit_size, *locale))).collect());
        Some(StoreOverusePrice { resource: *resource, unit_size, unit, unit_price: row.unit_price })
    };
    Resource::ALL.iter().filter_map(price).collect()
}

/// The shortest cycle first: what is preselected costs the least today.
fn in_order(prices: &[OfferedPrice]) -> impl Iterator<Item = &OfferedPrice> {
    let mut sorted: Vec<_> = prices.iter().collect();
    sorted.sort_by_key(|offered| months(offered));
    sorted.into_iter()
}

/// How long a cycle is, for sorting: days, a month being thirty.
fn months(offered: &OfferedPrice) -> u32 {
    let cycle = offered.price.cycle;
    let days = match cycle.unit() {
        CycleUnit::Day => 1,
        CycleUnit::Week => 7,
        CycleUnit::Month => 30,
        CycleUnit::Year => 365,
    };
    u32::from(cycle.count()) * days
}

fn bare(offered: &OfferedPrice) -> StorePrice {
    let price = &offered.price;
    StorePrice {
        cycle: price.cycle,
        recurring: price.recurring,
        set_up: Some(price.setup).filter(|fee| !fee.is_zero()),
        offer: None,
    }
}
