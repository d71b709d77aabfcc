//! What a scorer is asked about an order.

use crate::fraud::gather::{card_country, person};
use crate::kernel::call::Ctx;
use comptoir_connectors::fraud::{Billing, CardFacts, CartLine, Question};
use comptoir_db::clients::ClientRow;
use comptoir_db::fraud::checks::FraudCheckRow;
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Outcome, gateways, plans};
use comptoir_domain::Money;
use comptoir_domain::gateways::GatewayCode;

/// The question about an order. Our name of the transaction is the order, so asking again is the same question.
pub fn question(
    db: &mut Db,
    ctx: &Ctx,
    order: &OrderRow,
    client: &ClientRow,
    check: &FraudCheckRow,
) -> Outcome<Question> {
    let contact = person(db, ctx, client)?;
    let items = &order.cart.0.items;
    let sold = plans::find_many(db, ctx.scope, &items.iter().map(|item| item.plan_id).collect::<Vec<_>>())?;
    let line = |plan: &plans::PlanRow| CartLine { category: plan.kind.to_string(), item: plan.id.to_string() };
    let days = (order.created_at.date_in(ctx.zone) - client.created_at.date_in(ctx.zone)).num_days();
    Ok(Question {
        transaction: order.id.to_string(),
        shop: order.store_id.to_string(),
        account: client.id.to_string(),
        at: order.created_at,
        ip: check.ip.as_ref().and_then(|ip| ip.parse().ok()),
        mail: check.mail.clone().unwrap_or_else(|| contact.email.clone()),
        billing: Billing {
            first_name: contact.first_name,
            last_name: contact.last_name,
            company: client.company.clone(),
            line1: client.address_line1.clone(),
            line2: client.address_line2.clone(),
            city: client.city.clone(),
            region: client.state.clone(),
            country: client.country,
            postal_code: client.postal_code.clone(),
            phone: contact.phone,
        },
        gateway: connector(db, ctx, &order.gateway)?,
        card: card_country(db, ctx, client.id)?.map(|country| CardFacts {
            bin: None,
            last_digits: None,
            country: Some(country),
        }),
        amount: Money::from_minor(order.gross_minor, order.currency),
        coupon: order.cart.0.coupon.clone(),
        cart: sold.iter().map(line).collect(),
        domain: items.iter().find_map(|item| item.domain.as_ref()).map(|domain| domain.name.as_str().to_string()),
        account_days: u32::try_from(days).unwrap_or_default(),
    })
}

/// The connector of the gateway that an order is to be paid at.
fn connector(db: &mut Db, ctx: &Ctx, gateway: &str) -> Outcome<String> {
    let Ok(code) = gateway.parse::<GatewayCode>() else { return Ok(gateway.to_string()) };
    Ok(gateways::by_code(db, ctx.scope, code)?.map_or_else(|| gateway.to_string(), |row| row.connector))
}
