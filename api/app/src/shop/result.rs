//! What became of an order (ORD-07), in the shopper's words.

use super::Shown;
use super::invoices::instructions;
use super::visit::Visit;
use crate::kernel::call::Ctx;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::payments::{self, BY_HAND, TransactionRow};
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::orders::OrderState;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{ClientId, Money, Problem};
use comptoir_storefront::pages::{CartLine, ResultPage, ResultState};

/// An order and all that hangs on it.
struct Ordered {
    order: OrderRow,
    invoice: Option<InvoiceRow>,
    payment: Option<TransactionRow>,
    subscriptions: Vec<SubscriptionRow>,
    items: Vec<SubscriptionItemRow>,
}

impl Ordered {
    fn is_paid(&self) -> bool {
        self.payment.as_ref().is_some_and(|payment| payment.state.is_taken())
    }
}

/// The page.
pub async fn show(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let number: i64 = visit.part("id")?.parse().map_err(|_| Problem::not_found())?;
    let found = visit.desk.read(move |db, ctx| read(db, ctx, client, number)).await?;
    let state = state(&found);
    let gateway = found.order.gateway.parse::<GatewayCode>().ok();
    let waits = matches!(state, ResultState::WaitingForPayment | ResultState::Declined);
    let by_hand = gateway.is_some_and(GatewayCode::is_awaited);
    let under_way = found.payment.as_ref().filter(|payment| payment.state.is_under_way());
    let is_out = waits && under_way.is_some_and(|payment| payment.detail.0.redirect_to.is_some());
    let pay = visit.path(&format!("checkout/pay/{number}/"));
    let again = (waits && !by_hand && under_way.is_none()).then(|| pay.clone());
    let issued = found.invoice.as_ref().filter(|invoice| invoice.number.is_some());
    let instructions = match (issued, gateway) {
        (Some(invoice), Some(gateway)) if waits && by_hand => instructions(visit, invoice, gateway),
        _ => Vec::new(),
    };
    let lines = found.subscriptions.iter().map(|row| line(row, &found.items)).collect::<Result<_, Problem>>()?;
    let page = ResultPage {
        order: number.to_string(),
        state,
        pay_url: if is_out { Some(format!("{pay}go/")) } else { again },
        other_url: is_out.then_some(pay),
        instructions,
        invoice: issued.map(|invoice| invoice.id.to_string()),
        lines,
        totals: visit.totals(&found.order.quote.0, None)?,
    };
    visit.page(&page)
}

fn read(db: &mut Db, ctx: &Ctx, client: ClientId, number: i64) -> Outcome<Ordered> {
    let order = orders::by_number(db, ctx.scope, client, number)?;
    let invoice = match invoices::of_orders(db, ctx.scope, &[order.id])?.first() {
        Some((_, id)) => Some(invoices::find(db, ctx.scope, *id)?),
        None => None,
    };
    let payment = match &invoice {
        Some(invoice) => payments::of_invoice(db, ctx.scope, invoice.id)?.pop(),
        None => None,
    };
    let subscriptions = subscriptions::of_order(db, ctx.scope, order.id)?;
    let ids: Vec<_> = subscriptions.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, ctx.scope, &ids)?;
    Ok(Ordered { order, invoice, payment, subscriptions, items })
}

fn state(found: &Ordered) -> ResultState {
    match found.order.state {
        OrderState::WaitingForPayment => found.payment.as_ref().map_or(ResultState::WaitingForPayment, of_payment),
        OrderState::Fraud | OrderState::Cancelled if found.is_paid() => ResultState::RefusedPaid,
        OrderState::New | OrderState::WaitingForValidation => ResultState::WaitingForValidation,
        OrderState::Paid | OrderState::Provisioning => ResultState::Paid,
        OrderState::Done => ResultState::Done,
        OrderState::Cancelled => ResultState::Cancelled,
        OrderState::Fraud => ResultState::Refused,
    }
}

/// How an order stands that waits for this payment.
fn of_payment(payment: &TransactionRow) -> ResultState {
    let is_by_hand = BY_HAND.contains(&payment.gateway.as_str());
    match payment.state {
        TransactionState::Declined | TransactionState::Error => ResultState::Declined,
        state if payment.is_debit && state.is_under_way() => ResultState::UnderWay,
        TransactionState::Pending if payment.detail.0.redirect_to.is_some() || is_by_hand => {
            ResultState::WaitingForPayment
        }
        TransactionState::New | TransactionState::Unknown | TransactionState::Pending => ResultState::Asked,
        _ => ResultState::WaitingForPayment,
    }
}

/// A subscription as it was ordered.
fn line(row: &SubscriptionRow, items: &[SubscriptionItemRow]) -> Result<CartLine, Problem> {
    // of a name that costs something else at first, what it costs later
    let own = items.iter().filter(|item| item.subscription_id == row.id && item.to_on.is_none());
    let mut names = own.map(|item| item.description.clone());
    let title = names.next().unwrap_or_else(|| row.name.clone());
    Ok(CartLine {
        item: row.id.to_string(),
        domain: Some(row.name.clone()).filter(|name| *name != title),
        title,
        details: names.collect(),
        needs_domain: false,
        cycle: row.cycle,
        recurring: each_period(row, items)?,
        set_up: None,
    })
}

/// What a period of a subscription costs, as the store lists it.
pub fn each_period(row: &SubscriptionRow, items: &[SubscriptionItemRow]) -> Result<Money, Problem> {
    let own = items.iter().filter(|item| item.subscription_id == row.id && item.to_on.is_none());
    let each = own.map(|item| Money::round(item.unit_price.get() * item.quantity.get(), row.currency));
    Ok(Money::sum(row.currency, each.collect::<Result<Vec<_>, _>>()?)?)
}
