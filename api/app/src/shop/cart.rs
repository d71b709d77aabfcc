//! The cart: what is in it, what it costs, and the forms that change it. Other sites may fill it (widgets link here), so
//! `cart/add` asks for no token.

use super::Shown;
use super::basket::{Basket, Line};
use super::bill::Bill;
use super::visit::Visit;
use comptoir_domain::coupons::normal_code;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{AddOnId, PlanId};
use comptoir_storefront::pages::{CartPage, FieldError, Form};
use comptoir_storefront::site::StorePlan;

/// The page.
pub async fn show(visit: &Visit) -> Shown {
    let bill = visit.bill(visit.basket.clone(), visit.buyer().await?).await?;
    if bill.basket != visit.basket {
        visit.keep(&bill.basket);
    }
    visit.page(&page(bill, visit.form()))
}

fn page(bill: Bill, mut form: Form) -> CartPage {
    form.errors.extend(bill.errors);
    CartPage { lines: bill.lines, totals: bill.totals, coupon: bill.basket.coupon, form }
}

/// Puts a plan in, and goes on to its name or to the cart.
pub async fn add(visit: &Visit) -> Shown {
    let Some(line) = wanted(visit) else { return Ok(visit.see("#plans")) };
    let mut basket = visit.basket.clone();
    if !basket.add(line) || !visit.keep(&basket) {
        return full(visit).await;
    }
    Ok(next(visit, &basket))
}

/// The plan of the form, as the store offers it: with add-ons that can be had for the cycle.
fn wanted(visit: &Visit) -> Option<Line> {
    let site = visit.standing.shop.site();
    let (id, cycle): (PlanId, Cycle) =
        (visit.fields.get("plan").parse().ok()?, visit.fields.get("cycle").parse().ok()?);
    let plan = site.plans.iter().find(|plan| plan.id == id)?;
    plan.prices.iter().find(|price| price.cycle == cycle)?;
    let mut add_ons: Vec<AddOnId> = Vec::new();
    for add_on in visit.fields.all("add_on").filter_map(|text| text.parse().ok()) {
        if !add_ons.contains(&add_on) && can_be_had(visit, plan, add_on, cycle) {
            add_ons.push(add_on);
        }
    }
    Some(Line { item: 0, plan: plan.id, cycle, add_ons, domain: None, named: plan.needs_domain })
}

fn can_be_had(visit: &Visit, plan: &StorePlan, add_on: AddOnId, cycle: Cycle) -> bool {
    let answers = visit.standing.shop.site().groups_of(plan).flat_map(|group| &group.items);
    let mut found = answers.filter(|answer| answer.id == add_on);
    found.any(|answer| answer.prices.iter().any(|price| price.cycle == cycle))
}

/// Where to go on: to the first line that needs a name, or to the cart.
pub fn next(visit: &Visit, basket: &Basket) -> actix_web::HttpResponse {
    let last = basket.last().filter(|line| !line.is_complete());
    match last.or_else(|| basket.lines.iter().find(|line| !line.is_complete())) {
        Some(line) if visit.standing.shop.site().domains.is_some() => {
            visit.see(&format!("domains/search?item={}", line.item))
        }
        _ => visit.see("cart/"),
    }
}

/// The cart as it is, with the word that no more goes in.
pub async fn full(visit: &Visit) -> Shown {
    let bill = visit.bill(visit.basket.clone(), visit.buyer().await?).await?;
    let mut form = visit.form();
    form.errors.push(FieldError { field: String::new(), code: "cart_full".into(), detail: "the cart is full".into() });
    visit.again(&page(bill, form))
}

/// Takes a line out.
pub async fn remove(visit: &Visit) -> Shown {
    let mut basket = visit.basket.clone();
    basket.lines.retain(|line| line.item.to_string() != visit.fields.get("item"));
    visit.keep(&basket);
    Ok(visit.see("cart/"))
}

/// Takes a coupon that can be used, or none.
pub async fn coupon(visit: &Visit) -> Shown {
    let code = normal_code(visit.fields.get("coupon"));
    let coupon = Some(code).filter(|code| !code.is_empty());
    let mut basket = visit.basket.clone();
    basket.coupon.clone_from(&coupon);
    let bill = visit.bill(basket, visit.buyer().await?).await?;
    if bill.basket.coupon == coupon {
        visit.keep(&bill.basket);
        return Ok(visit.see("cart/"));
    }
    let mut form = visit.form();
    form.values = visit.fields.values();
    visit.again(&page(bill, form))
}
