//! The account area: what is to be paid, and what runs.

use super::Shown;
use super::invoices::row;
use super::result::each_period;
use super::visit::Visit;
use crate::kernel::call::Ctx;
use crate::payments::confirm;
use comptoir_db::invoices::{InvoiceFilter, InvoiceRow};
use comptoir_db::subscriptions::{self, SubscriptionFilter, SubscriptionItemRow};
use comptoir_db::{Db, Outcome, Page, credits, invoices, payment_methods, payments};
use comptoir_domain::invoices::InvoiceStatus;
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::{ClientId, Currency, InvoiceId, Money, Problem};
use comptoir_storefront::pages::{AccountPage, SubscriptionRow, SubscriptionsPage};
use std::collections::{BTreeMap, BTreeSet};

/// Invoices on the first page.
const LATEST: i64 = 5;

/// More than anybody has.
const ALL: i64 = 1000;

/// The newest first.
pub fn newest(limit: i64) -> Page {
    Page { limit, sort: String::new(), descending: true, after: None }
}

/// The overview.
pub async fn overview(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let today = visit.desk.ctx.today();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let issued = InvoiceFilter { client_id: Some(client), issued_only: true, today, ..InvoiceFilter::default() };
        let latest = invoices::list(db, ctx.scope, &issued, &newest(LATEST))?.rows;
        let status = vec![InvoiceStatus::Due, InvoiceStatus::Overdue, InvoiceStatus::PartlyPaid];
        let open = InvoiceFilter { status, ..issued };
        let open = invoices::list(db, ctx.scope, &open, &newest(ALL))?.rows;
        let waiting = waiting(db, ctx, client)?;
        let to_confirm: Vec<_> = open.iter().filter(|row| waiting.contains(&row.id)).cloned().collect();
        let (credit, cards) = (credit(db, ctx, client)?, cards_to_enter(db, ctx, client)?);
        Ok((latest, to_confirm, open_sums(&open)?, credit, cards, running(db, ctx, client)?))
    };
    let (latest, to_confirm, open, credit, cards_to_enter, subscriptions) = visit.desk.read(work).await?;
    let page = AccountPage {
        client: visit.name().unwrap_or_default(),
        csrf: visit.csrf(),
        open,
        credit,
        to_confirm: to_confirm.iter().map(|invoice| row(invoice, today)).collect(),
        cards_to_enter,
        invoices: latest.iter().map(|invoice| row(invoice, today)).collect(),
        subscriptions,
    };
    visit.page(&page)
}

/// The invoices of which a payment waits for the client.
pub fn waiting(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<BTreeSet<InvoiceId>> {
    let pending = payments::pending_of_client(db, ctx.scope, client)?;
    Ok(pending.iter().filter(|row| confirm::waits(row)).filter_map(|row| row.invoice_id).collect())
}

fn open_sums(rows: &[InvoiceRow]) -> Result<Vec<Money>, Problem> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row.currency).or_insert_with(|| Money::zero(row.currency));
        *sum = sum.plus(row.payable())?;
    }
    Ok(sums.into_values().filter(|sum| !sum.is_zero()).collect())
}

/// Cards of a gateway that is gone, as long as nothing else can be charged.
fn cards_to_enter(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<Vec<String>> {
    let methods = payment_methods::of_client(db, ctx.scope, client)?;
    if methods.iter().any(|row| row.works_on(ctx.today())) {
        return Ok(Vec::new());
    }
    Ok(methods.into_iter().filter(|row| row.retired_at.is_some()).map(|row| row.label).collect())
}

fn credit(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<Vec<Money>> {
    let mut balances = Vec::new();
    for currency in credits::currencies(db, ctx.scope, client)? {
        balances.push(Money::from_minor(credits::balance(db, ctx.scope, client, currency)?, currency));
    }
    balances.retain(|balance| !balance.is_zero());
    Ok(balances)
}

/// All subscriptions.
pub async fn subscriptions(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let subscriptions = visit
        .desk
        .read(move |db, ctx| {
            let own = SubscriptionFilter { client_id: Some(client), ..SubscriptionFilter::default() };
            let rows = subscriptions::list(db, ctx.scope, &own, &newest(ALL))?.rows;
            shown(db, ctx, rows)
        })
        .await?;
    let client = visit.name().unwrap_or_default();
    visit.page(&SubscriptionsPage { client, csrf: visit.csrf(), subscriptions })
}

fn running(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<Vec<SubscriptionRow>> {
    let rows = subscriptions::live_of_client(db, ctx.scope, client)?;
    shown(db, ctx, rows)
}

fn shown(db: &mut Db, ctx: &Ctx, rows: Vec<subscriptions::SubscriptionRow>) -> Outcome<Vec<SubscriptionRow>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, ctx.scope, &ids)?;
    Ok(rows.iter().map(|row| subscription(ctx, row, &items)).collect::<Result<_, Problem>>()?)
}

fn subscription(
    ctx: &Ctx,
    row: &subscriptions::SubscriptionRow,
    items: &[SubscriptionItemRow],
) -> Result<SubscriptionRow, Problem> {
    let day = ctx.today().max(row.starts_on);
    let runs = |item: &&SubscriptionItemRow| {
        let is_plan = item.subscription_id == row.id && item.kind == ItemKind::Plan;
        is_plan && item.from_on <= day && item.to_on.is_none_or(|to| day < to)
    };
    let title = items.iter().find(runs).map_or_else(|| row.name.clone(), |item| item.description.clone());
    let renews = row.ends_on.is_none() && !row.status.is_ended();
    // another cycle that is agreed begins with its first period
    let next = row.cycle.index_at(row.anchor_on, day)?.saturating_add(1).max(0);
    Ok(SubscriptionRow {
        id: row.id.to_string(),
        name: Some(row.name.clone()).filter(|name| *name != title),
        title,
        status: row.status.to_string(),
        recurring: each_period(row, items)?,
        cycle: row.cycle,
        renews_on: if renews { Some(row.cycle.start(row.anchor_on, next)?) } else { None },
        panel_url: None,
    })
}
