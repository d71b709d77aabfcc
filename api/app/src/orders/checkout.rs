//! Checkout: someone new, or a client that is known, orders what was quoted. A payment by card is a call of its own
//! (`/v1/me/invoices/{id}/pay`), made with the tokens of this answer; with a transfer or a cheque the invoice is issued
//! at once.

use crate::clients::create::create;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply, passwords};
use crate::orders::announce::welcome;
use crate::orders::place::{Placed, Wish, place};
use crate::orders::take::pays;
use crate::orders::views::{ClientOrder, OrderView, PlacedOrderView, ShopperOrder};
use crate::quotes::token::QuoteToken;
use crate::sessions::sign_in::Opening;
use crate::taxes::vat_numbers::{confirm_for_client, number_fault};
use actix_web::post;
use comptoir_db::contacts::ContactRow;
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome, clients, stores};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::NumberFault;
use comptoir_domain::{Code, Problem};

/// Order as someone new
///
/// Makes the client, the order, its subscriptions and its invoice, or nothing. If the price has changed meanwhile the
/// answer is 409 with the new quote.
#[utoipa::path(tag = "orders", request_body = ShopperOrder, responses((status = 201, body = PlacedOrderView, description = "Ordered")))]
#[post("/v1/store/orders")]
pub async fn order_as_shopper(call: Call<may::Shop>, body: Body<ShopperOrder>) -> Answer {
    let mut wanted = body.into_inner();
    accepted(wanted.accept_terms)?;
    let token = QuoteToken::open(call.state().quote_key(), &wanted.quote_token)?;
    let required = || Problem::field("/client/contact/password", "required", "choose a password");
    let password = wanted.client.contact.password.take().ok_or_else(required)?;
    let hash = passwords::new_hash("/client/contact/password", Some(password)).await?;
    let (token_key, quote_key) = (call.state().token_key().to_vec(), call.state().quote_key().to_vec());
    call.write_once(move |tx, ctx| {
        let wish = NewWish { token: &token, wanted: &wanted, password_hash: hash.clone(), quote_key: &quote_key };
        let (contact, placed) = order_as_someone_new(tx, ctx, wish)?;
        let view = OrderView::from(&placed).told();
        let opening = Opening::of(
            ctx.scope.seller(),
            Holder::Contact(contact.id),
            None,
            ctx.ip.clone(),
            String::new(),
            ctx.machine_now,
        );
        sessions::insert(tx, &opening.row)?;
        let location = format!("/v1/me/orders/{}", view.id);
        let memory = PlacedOrderView { order: view.clone(), tokens: None };
        let answer = PlacedOrderView { order: view, tokens: Some(opening.tokens(&token_key)?) };
        Ok(Reply::created(&answer, location).remember(&memory))
    })
    .await
}

/// What someone new orders, against which promise.
pub struct NewWish<'a> {
    pub token: &'a QuoteToken,
    /// Its password has been taken out and hashed.
    pub wanted: &'a ShopperOrder,
    pub password_hash: Option<String>,
    pub quote_key: &'a [u8],
}

/// Makes the client and its order, or nothing.
pub fn order_as_someone_new(tx: &mut Db, ctx: &Ctx, wish: NewWish<'_>) -> Outcome<(ContactRow, Placed)> {
    let store = stores::find(tx, ctx.scope, ctx.store()?)?;
    if wish.token.store != store.id {
        return Err(Problem::field("/quote_token", "invalid", "this quote is of another store").into());
    }
    if wish.wanted.client.order.is_some() {
        return Err(Problem::field("/client/order", "not_wanted", "the quote says what is ordered").into());
    }
    if wish.wanted.client.group.is_some() {
        return Err(Problem::field("/client/group", "not_wanted", "the seller says who is in which group").into());
    }
    if !wish.wanted.client.tax_exemption.is_empty() {
        return Err(Problem::field("/client/tax_exemption", "not_wanted", "ask the seller for it").into());
    }
    if wish.wanted.client.payment_method.is_some() {
        return Err(
            Problem::field("/client/payment_method", "not_wanted", "a card is kept with its first payment").into()
        );
    }
    let (client, contact, _) = create(tx, ctx, &wish.wanted.client, wish.password_hash, ClientStatus::Active)
        .map_err(|failure| failure.under("/client"))?;
    if let Some(fault) = number_fault(tx, ctx, &store, &client)? {
        let (code, detail) = match fault {
            NumberFault::Missing => ("required", "this store asks businesses for their VAT number"),
            NumberFault::NotInUse => ("not_in_use", "the member that would have given it says that nobody has it"),
        };
        return Err(Problem::field("/client/vat_number", code, detail).into());
    }
    let gateway = wish.wanted.gateway;
    let placed = place(tx, ctx, &Wish { token: wish.token, client: &client, gateway, quote_key: wish.quote_key })?;
    welcome(tx, ctx, &client, &contact)?;
    Ok((contact, placed))
}

/// Places the order of a client that is known. Where the store wants the VAT numbers of businesses, it has to have one that is
/// in use by now.
pub fn order_as_known(tx: &mut Db, ctx: &Ctx, wish: &Wish<'_>) -> Outcome<Placed> {
    let store = stores::find(tx, ctx.scope, wish.token.store)?;
    if let Some(fault) = number_fault(tx, ctx, &store, wish.client)? {
        let detail = match fault {
            NumberFault::Missing => "you have not given one of your country: set vat_number of your account",
            NumberFault::NotInUse => {
                "the member that would have given yours says that nobody has it: set vat_number of your account"
            }
        };
        return Err(Problem::new(Code::VatNumberWanted, detail).into());
    }
    place(tx, ctx, wish)
}

/// Order as a client
#[utoipa::path(tag = "me", request_body = ClientOrder, responses((status = 201, body = OrderView, description = "Ordered")))]
#[post("/v1/me/orders")]
pub async fn order_as_client(call: Call<may::Own>, body: Body<ClientOrder>) -> Answer {
    let wanted = body.into_inner();
    accepted(wanted.accept_terms)?;
    let token = QuoteToken::open(call.state().quote_key(), &wanted.quote_token)?;
    let quote_key = call.state().quote_key().to_vec();
    confirm_for_client(call.state(), call.ctx(), token.store, call.ctx().client()?.1).await?;
    call.write_once(move |tx, ctx| {
        let client = clients::lock(tx, ctx.scope, ctx.client()?.1)?;
        pays(tx, ctx, client.id)?;
        let wish = Wish { token: &token, client: &client, gateway: wanted.gateway, quote_key: &quote_key };
        let view = OrderView::from(&order_as_known(tx, ctx, &wish)?).told();
        let location = format!("/v1/me/orders/{}", view.id);
        Ok(Reply::created(&view, location))
    })
    .await
}

impl From<&Placed> for OrderView {
    fn from(placed: &Placed) -> Self {
        let subscriptions = placed.subscriptions.iter().map(|row| row.id).collect();
        Self::new(&placed.order, placed.invoice.as_ref().map(|invoice| invoice.id), subscriptions)
    }
}

/// Refuses an order of someone who does not take the store's terms.
pub fn accepted(terms: bool) -> Result<(), Problem> {
    if terms {
        Ok(())
    } else {
        Err(Problem::new(Code::ValidationFailed, "see errors").at(
            "/accept_terms",
            "required",
            "the terms have to be accepted",
        ))
    }
}
