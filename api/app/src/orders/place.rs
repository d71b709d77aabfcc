//! Placing an order: quoted again, held against what was promised, then written in one transaction: the coupon reserved
//! by one conditional update, the subscriptions pending, the invoice a draft.

use crate::credits::left_after_credit;
use crate::fraud;
use crate::invoices::draft::{NewInvoice, NewLine, write_draft};
use crate::invoices::issue::issue;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::orders::accept::ask;
use crate::orders::announce::new_order;
use crate::orders::paid::paid;
use crate::orders::rows::{item_rows, order_row, service_row, subscription_row, waived_rows};
use crate::quotes::compute::{Quoted, quote};
use crate::quotes::token::{LIFETIME, QuoteToken};
use crate::quotes::views::{QuoteView, text};
use crate::services::release::release;
use crate::subscriptions::stand::begin;
use crate::taxes::evidence;
use crate::taxes::treat::buyer_of;
use chrono::TimeDelta;
use comptoir_db::clients::ClientRow;
use comptoir_db::discounts::{self, SubscriptionDiscountRow};
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Failure, Outcome, coupons, plans, services};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::hosting::Properties;
use comptoir_domain::orders::{Cart, Contract, OrderState};
use comptoir_domain::subscriptions::expires_on;
use comptoir_domain::{Code, PlanId, Problem};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// What is ordered, by whom, against which promise.
pub struct Wish<'a> {
    pub token: &'a QuoteToken,
    pub client: &'a ClientRow,
    pub gateway: GatewayCode,
    /// For the token of a new quote, when the old one does not hold.
    pub quote_key: &'a [u8],
}

/// What was worked out, for whom, and how it is to be paid.
pub struct Sale<'a> {
    pub quoted: &'a Quoted,
    pub cart: &'a Cart,
    pub client: &'a ClientRow,
    pub gateway: GatewayCode,
    /// Whether the invoice is issued before the money has come.
    pub on_account: bool,
    /// Whether the seller has looked at it, as it has who sells it himself.
    pub is_accepted: bool,
}

/// What came of it.
pub struct Placed {
    pub order: OrderRow,
    /// None if nothing is due yet.
    pub invoice: Option<InvoiceRow>,
    pub subscriptions: Vec<SubscriptionRow>,
}

/// Places an order that a shopper was promised a price for.
pub fn place(tx: &mut Db, ctx: &Ctx, wish: &Wish<'_>) -> Outcome<Placed> {
    let quoted = promised(tx, ctx, wish)?;
    let (client, gateway) = (wish.client, wish.gateway);
    let (cart, on_account) = (&wish.token.cart, gateway.is_awaited());
    let sale = Sale { quoted: &quoted, cart, client, gateway, on_account, is_accepted: false };
    sell(tx, ctx, &sale).map_err(|failure| match failure {
        Failure::Refused(problem) if problem.code == Code::CouponExhausted => with_new_quote(tx, ctx, wish, problem),
        failure => failure,
    })
}

/// Writes an order and everything that belongs to it.
pub fn sell(tx: &mut Db, ctx: &Ctx, sale: &Sale<'_>) -> Outcome<Placed> {
    let quoted = sale.quoted;
    if !quoted.store.gateways.0.contains(&sale.gateway) {
        return Err(Problem::field("/gateway", "not_offered", "this store does not take it").into());
    }
    let mut order = order_row(tx, ctx, sale)?;
    let found = evidence::gather(tx, ctx, &order, sale.client, quoted.tax_reason)?;
    if found.holds && !sale.is_accepted && order.state != OrderState::New {
        order.state = OrderState::WaitingForValidation;
    }
    orders::insert(tx, &order)?;
    evidence::keep(tx, ctx, &order, &found)?;
    if let Some(coupon) = &quoted.coupon
        && !coupons::reserve(tx, ctx.scope, fresh(), coupon.id, sale.client.id, order.id, ctx.now)?
    {
        let detail = "the coupon has just been used up: look at the new quote and order again";
        return Err(Problem::new(Code::CouponExhausted, detail).into());
    }
    let subscriptions = write_subscriptions(tx, ctx, &order, quoted)?;
    let invoice = invoice(tx, ctx, sale, &order)?;
    let gross = quoted.priced.totals.gross;
    ctx.record(
        tx,
        "order.placed",
        order.id,
        json!({ "number": order.number, "client_id": order.client_id, "gross": gross }),
    )?;
    new_order(tx, ctx, &order, quoted)?;
    // credit may have paid it by now
    let mut order = orders::find(tx, ctx.scope, order.id)?;
    if order.state == OrderState::New {
        fraud::check(tx, ctx, &order, sale.client, sale.is_accepted)?;
    } else if order.state == OrderState::WaitingForValidation {
        ask(tx, ctx, &order)?;
    } else if gross.is_zero() {
        paid(tx, ctx, order.id)?;
    } else if order.state == OrderState::WaitingForPayment {
        // some sellers set up before they are paid
        release(tx, ctx, &mut order, false)?;
    }
    let order = orders::find(tx, ctx.scope, order.id)?;
    Ok(Placed { order, invoice, subscriptions })
}

/// The quote as it is now, if it is still what was promised; otherwise a refusal that carries the new one.
fn promised(tx: &mut Db, ctx: &Ctx, wish: &Wish<'_>) -> Outcome<Quoted> {
    let token = wish.token;
    let buyer = buyer_of(wish.client);
    if buyer.place != token.buyer.place {
        let problem = Problem::new(
            Code::QuoteChanged,
            "the quote was for another address: look at the new quote and order again",
        );
        return Err(with_new_quote(tx, ctx, wish, problem));
    }
    match quote(tx, ctx, token.store, &token.cart, &buyer, Some(wish.client.id)) {
        Ok(quoted) => match token.still_holds(&quoted, ctx.machine_now) {
            Ok(()) => Ok(quoted),
            Err(problem) => Err(with_new_quote(tx, ctx, wish, problem)),
        },
        Err(Failure::Refused(problem)) if problem.code == Code::CouponExhausted => {
            Err(with_new_quote(tx, ctx, wish, problem))
        }
        Err(failure) => Err(failure),
    }
}

/// Puts a new quote beside a refusal: the same cart, without a coupon that is used up.
fn with_new_quote(tx: &mut Db, ctx: &Ctx, wish: &Wish<'_>, problem: Problem) -> Failure {
    let mut cart = wish.token.cart.clone();
    if problem.code == Code::CouponExhausted {
        cart.coupon = None;
    }
    let buyer = buyer_of(wish.client);
    let renewed = quote(tx, ctx, wish.token.store, &cart, &buyer, Some(wish.client.id)).and_then(|quoted| {
        let token = QuoteToken::new(&quoted, &cart, &buyer, ctx.machine_now)?;
        let expires_at = ctx.machine_now.plus(TimeDelta::seconds(LIFETIME));
        Ok(QuoteView::new(&quoted, token.seal(wish.quote_key), expires_at))
    });
    match renewed {
        Ok(view) => problem.with_quote(serde_json::to_value(view).unwrap_or_default()).into(),
        Err(failure) => failure,
    }
}

/// What the plans of some contracts say of their hosting: for how long, among other things.
fn hosted(tx: &mut Db, ctx: &Ctx, contracts: &[Contract]) -> Outcome<HashMap<PlanId, Properties>> {
    let ids: BTreeSet<PlanId> = contracts.iter().map(|contract| contract.plan).collect();
    let plans = plans::find_many(tx, ctx.scope, &Vec::from_iter(ids))?;
    Ok(plans.into_iter().map(|plan| (plan.id, plan.properties.0)).collect())
}

fn write_subscriptions(tx: &mut Db, ctx: &Ctx, order: &OrderRow, quoted: &Quoted) -> Outcome<Vec<SubscriptionRow>> {
    let (mut rows, mut items, mut waived, mut discounted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let hosted = hosted(tx, ctx, &quoted.contracts)?;
    for (at, ((contract, dated), due)) in quoted.contracts.iter().zip(&quoted.dated).zip(&quoted.due).enumerate() {
        // the first invoice is the first of their cycles, if it charges anything
        let used = u32::from(quoted.lines.iter().any(|line| line.contract == at));
        let left = |cycles: u32| i32::try_from(cycles.saturating_sub(used)).unwrap_or(i32::MAX);
        let mut row = subscription_row(tx, ctx, order.store_id, &order.gateway, contract, dated)?;
        row.order_id = Some(order.id);
        row.expires_on = hosted.get(&contract.plan).and_then(|plan| expires_on(row.starts_on, plan));
        if let Some(coupon) = quoted.coupon.as_ref().filter(|coupon| coupon.covers(Some(contract.plan))) {
            row.coupon_id = Some(coupon.id);
            row.coupon_cycles = coupon.cycles.map(left);
        }
        if let Some(progress) = due.progress.first() {
            row.billed_through = progress.billed_through;
            row.next_invoice_on = progress.next_invoice_on;
        }
        discounted.extend(contract.discount.as_ref().map(|discount| SubscriptionDiscountRow {
            seller_id: ctx.scope.seller(),
            subscription_id: row.id,
            discount_id: discount.id,
            cycles_left: discount.cycles.map(left),
        }));
        items.extend(item_rows(ctx, contract, dated));
        waived.extend(waived_rows(ctx, due));
        begin(tx, ctx, &mut row)?;
        if let Some(service) = service_row(ctx, contract, &row) {
            services::insert(tx, &service)?;
        }
        rows.push(row);
    }
    subscriptions::insert_items(tx, &items)?;
    subscriptions::insert_waived(tx, &waived)?;
    discounts::grant(tx, &discounted)?;
    Ok(rows)
}

/// The first invoice; none where everything is free to try at first. It stays a draft until the order is decided.
fn invoice(tx: &mut Db, ctx: &Ctx, sale: &Sale<'_>, order: &OrderRow) -> Outcome<Option<InvoiceRow>> {
    if sale.quoted.lines.is_empty() {
        return Ok(None);
    }
    let draft = write_draft(tx, ctx, first_invoice(sale, order))?;
    Ok(Some(if order.state == OrderState::New { draft } else { bill(tx, ctx, draft, sale.on_account)? }))
}

/// Issues the first invoice of an order where nobody has to pay first: on account, or if credit pays it.
pub fn bill(tx: &mut Db, ctx: &Ctx, draft: InvoiceRow, on_account: bool) -> Outcome<InvoiceRow> {
    let is_issued = on_account || left_after_credit(tx, ctx, &draft)?.is_zero();
    if is_issued { issue(tx, ctx, draft.id) } else { Ok(draft) }
}

fn first_invoice(sale: &Sale<'_>, order: &OrderRow) -> NewInvoice {
    let quoted = sale.quoted;
    let lines = quoted.priced.lines.iter().map(|priced| {
        let line = quoted.lines.iter().find(|line| line.key() == priced.key).map(|line| &line.line);
        NewLine {
            subscription_id: line.map(|line| line.subscription),
            item_id: line.map(|line| line.item),
            kind: priced.kind,
            period: line.map(|line| line.period),
            description: text(&priced.description),
        }
    });
    NewInvoice {
        client: sale.client.clone(),
        order_id: Some(order.id),
        currency: order.currency,
        due_on: quoted.lines.iter().map(|line| line.line.period.from).min(),
        comment: String::new(),
        gateway: order.gateway.clone(),
        lines: lines.collect(),
        priced: quoted.priced.clone(),
    }
}
