//! What the client hears of a delivery, in the transaction that writes it down. Each mail has a key of its own, so that
//! what is done again is not told again.

use crate::kernel::call::Ctx;
use crate::kernel::state::PanelRoute;
use crate::mails::{Mail, enqueue};
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::{SubscriptionRow, items_of};
use comptoir_db::{Db, Outcome, contacts, invoices};
use comptoir_domain::Money;
use comptoir_domain::mails::MailKind;
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::cycle_price;
use serde_json::{Map, Value, json};

/// How clients reach what is set up on this machine.
#[derive(Clone, Debug, Default)]
pub struct Access {
    address: String,
    nameservers: Vec<(String, String)>,
}

impl Access {
    /// The name servers that a mail has room for.
    const SERVERS: usize = 4;

    /// What the settings of the panel say.
    pub fn of(panel: &PanelRoute) -> Self {
        let PanelRoute::BuiltIn(host) = panel else { return Self::default() };
        let first = |addresses: &[std::net::IpAddr]| addresses.first().map(ToString::to_string).unwrap_or_default();
        Self {
            address: first(&host.addresses),
            nameservers: host
                .nameservers
                .iter()
                .take(Self::SERVERS)
                .map(|server| (server.name.to_string(), first(&server.addresses)))
                .collect(),
        }
    }

    /// The variables of a mail about a service: the domain, and for what is on a panel how to reach it.
    fn variables(&self, service: &ServiceRow) -> Map<String, Value> {
        let (name, ending) = service.name.split_once('.').unwrap_or((service.name.as_str(), ""));
        let nothing = Self::default();
        let on_panel = service.kind == ServiceKind::Webspace && !service.is_by_hand;
        let shown = if on_panel { self } else { &nothing };
        let mut variables = Map::new();
        let mut set = |name: String, value: &str| drop(variables.insert(name, value.into()));
        set("domainSLD".into(), if ending.is_empty() { "" } else { name });
        set("domainTLD".into(), ending);
        set("packageIP".into(), &shown.address);
        // the built-in host makes no users to sign in with
        set("packageUsername".into(), "");
        set("packagePassword".into(), "");
        for at in 1..=Self::SERVERS {
            let (server, address) = shown.nameservers.get(at - 1).cloned().unwrap_or_default();
            set(format!("nameserver{at}"), &server);
            set(format!("nameserver{at}IP"), &address);
        }
        variables
    }
}

/// A subscription is set up: its access data, and that it works.
pub fn set_up(
    tx: &mut Db,
    ctx: &Ctx,
    subscription: &SubscriptionRow,
    service: &ServiceRow,
    access: &Access,
) -> Outcome<()> {
    let mut data = access.variables(service);
    data.insert("packageName".into(), json!(subscription.name));
    data.insert("packagePrice".into(), json!(price(tx, ctx, subscription)?));
    let key = format!("subscription_info:{}", subscription.id);
    send(tx, ctx, subscription, MailKind::SubscriptionInfo, key, Value::Object(data))?;
    let mut paid = json!({ "packageName": subscription.name, "invoiceNumber": "" });
    if let Some(order) = subscription.order_id
        && let Some((_, id)) = invoices::of_orders(tx, ctx.scope, &[order])?.first()
    {
        let invoice = invoices::find(tx, ctx.scope, *id)?;
        if let Some(number) = invoice.number.as_deref().filter(|_| invoice.gross_minor > 0) {
            paid = json!({ "packageName": subscription.name, "invoiceNumber": number,
                "invoiceAmountPaid": invoice.money(invoice.gross_minor), "invoiceDatePaid": ctx.today() });
        }
    }
    let key = format!("subscription_activated:{}", subscription.id);
    send(tx, ctx, subscription, MailKind::SubscriptionActivated, key, paid)
}

/// What a cycle costs by now.
fn price(tx: &mut Db, ctx: &Ctx, subscription: &SubscriptionRow) -> Outcome<Money> {
    let items = items_of(tx, ctx.scope, &[subscription.id])?;
    let running = items.iter().filter(|item| item.to_on.is_none_or(|to| to > ctx.today()));
    Ok(cycle_price(subscription.currency, running.map(|item| (item.unit_price, item.quantity)))?)
}

/// A subscription is open again.
pub fn resumed(tx: &mut Db, ctx: &Ctx, subscription: &SubscriptionRow, service: &ServiceRow) -> Outcome<()> {
    let key = format!("subscription_activated:{}:{}", service.id, service.version);
    let variables = json!({ "packageName": subscription.name, "invoiceNumber": "" });
    send(tx, ctx, subscription, MailKind::SubscriptionActivated, key, variables)
}

/// A subscription is shut.
pub fn suspended(tx: &mut Db, ctx: &Ctx, subscription: &SubscriptionRow, service: &ServiceRow) -> Outcome<()> {
    let key = format!("subscription_suspended:{}:{}", service.id, service.version);
    let variables = json!({ "packageName": subscription.name, "invoiceNumber": "" });
    send(tx, ctx, subscription, MailKind::SubscriptionSuspended, key, variables)
}

/// A subscription ends or has ended: told once for each day that it may end on, so early that the client can act.
pub fn cancelled(tx: &mut Db, ctx: &Ctx, subscription: &SubscriptionRow) -> Outcome<()> {
    let day = subscription.ends_on.unwrap_or(ctx.today());
    let key = format!("subscription_cancelled:{}:{day}", subscription.id);
    let variables = json!({ "packageName": subscription.name, "cancellationDate": day,
        "cancellationReason": subscription.status_reason });
    send(tx, ctx, subscription, MailKind::SubscriptionCancelled, key, variables)
}

/// Writes to the client's primary contact.
fn send(
    tx: &mut Db,
    ctx: &Ctx,
    subscription: &SubscriptionRow,
    kind: MailKind,
    unique_key: String,
    variables: Value,
) -> Outcome<()> {
    let Some(contact) = contacts::primary_of(tx, ctx.scope, &[subscription.client_id])?.pop() else { return Ok(()) };
    let mail = Mail {
        kind,
        unique_key,
        recipient: &contact.email,
        locale: contact.locale,
        format: contact.mail_format,
        variables,
    };
    enqueue(tx, ctx.scope, ctx.now, vec![mail])
}
