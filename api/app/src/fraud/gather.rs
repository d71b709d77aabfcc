//! What is known of an order when it is judged. All of it is read anew each time, so what is judged later is judged by what is
//! known then.

use crate::kernel::call::Ctx;
use chrono::{NaiveDate, TimeDelta};
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::fraud::checks::{FraudCheckRow, Of, count_since};
use comptoir_db::fraud::entries;
use comptoir_db::orders::OrderRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Failure, Outcome, contacts, invoices, payment_methods};
use comptoir_domain::fraud::{FraudEntry, FraudFacts, candidates};
use comptoir_domain::{ClientId, Country, Money};

/// Orders are many if they are many within that time.
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The person of a client.
pub fn person(db: &mut Db, ctx: &Ctx, client: &ClientRow) -> Outcome<ContactRow> {
    let found = contacts::primary_of(db, ctx.scope, &[client.id])?.into_iter().next();
    found.ok_or_else(|| Failure::Corrupt(format!("{} has no primary contact", client.id)))
}

/// Everything that the rules look at. Most cards are entered after an order was decided, so it is one that is stored if any.
pub fn facts(
    db: &mut Db,
    ctx: &Ctx,
    order: &OrderRow,
    client: &ClientRow,
    check: &FraudCheckRow,
) -> Outcome<FraudFacts> {
    let contact = person(db, ctx, client)?;
    let since = order.created_at.plus(-WINDOW);
    let few = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let of_ip = match &check.ip {
        Some(ip) => count_since(db, ctx.scope, &Of::Ip(ip), since)?,
        None => 0,
    };
    let of_mail = match &check.mail {
        Some(mail) => count_since(db, ctx.scope, &Of::Mail(mail), since)?,
        None => 0,
    };
    let of_client = count_since(db, ctx.scope, &Of::Client(client.id), since)?;
    let paid = invoices::count_paid(db, ctx.scope, client.id)?;
    let methods = payment_methods::of_client(db, ctx.scope, client.id)?;
    let new_methods = methods.iter().filter(|method| method.created_at > since).count();
    let names = order.cart.0.items.iter().filter_map(|item| item.domain.as_ref());
    Ok(FraudFacts {
        ip: check.ip.as_ref().and_then(|ip| ip.parse().ok()),
        ip_country: check.ip_country,
        is_anonymous: None,
        billing_country: client.country,
        card_country: stored_country(&methods, ctx.today()),
        bin: None,
        mail: check.mail.clone().unwrap_or(contact.email),
        is_mail_disposable: None,
        phone: contact.phone,
        amount: Money::from_minor(order.gross_minor, order.currency),
        domains: names.map(|domain| domain.name.as_str().to_string()).collect(),
        paid_invoices: few(paid),
        orders_of_address: few(of_ip),
        orders_of_mail: few(of_mail),
        orders_of_client: few(of_client),
        cards_of_client: u32::try_from(new_methods).unwrap_or(u32::MAX),
    })
}

/// Where the card is from that pays unless the client says otherwise.
fn stored_country(methods: &[PaymentMethodRow], today: NaiveDate) -> Option<Country> {
    methods.iter().find(|method| method.is_default && method.works_on(today))?.card_country
}

/// Where the stored card of a client is from.
pub fn card_country(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<Option<Country>> {
    Ok(stored_country(&payment_methods::of_client(db, ctx.scope, client)?, ctx.today()))
}

/// The entries of the lists that may be about an order.
pub fn listed(db: &mut Db, ctx: &Ctx, facts: &FraudFacts) -> Outcome<Vec<FraudEntry>> {
    let values = candidates(facts).into_iter().map(|(_, value)| value);
    entries::among(db, ctx.scope, values.collect())
}
