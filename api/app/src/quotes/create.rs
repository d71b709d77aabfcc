//! Asking for a quote: as someone who looks at a store, or as a client with what its group gets.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::quotes::compute::quote;
use crate::quotes::token::QuoteToken;
use crate::quotes::views::{ClientQuoteCreate, QuoteCreate, QuoteView};
use crate::taxes::treat::buyer_of;
use crate::taxes::vat_numbers::confirm_for_shopper;
use actix_web::post;
use comptoir_db::{Db, Outcome, clients, stores};
use comptoir_domain::orders::Cart;
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::Buyer;
use comptoir_domain::{ClientId, Instant, StoreId};

/// Quote a cart
///
/// The numbers are those of the invoice, to the cent, for as long as the token is good. Send the store's publishable key
/// as bearer.
#[utoipa::path(tag = "quotes", request_body = QuoteCreate, responses((status = 200, body = QuoteView, description = "What it costs now")))]
#[post("/v1/store/quotes")]
pub async fn create_quote(call: Call<may::Shop>, body: Body<QuoteCreate>) -> Answer {
    let QuoteCreate { cart, buyer } = body.into_inner();
    let buyer = buyer.read(call.ctx().today())?;
    confirm_for_shopper(call.state(), call.ctx(), call.ctx().store()?, &buyer).await?;
    let key = call.state().quote_key().to_vec();
    call.read(move |db, ctx| promise(db, ctx, ctx.store()?, &cart, &buyer, None, &key)).await
}

/// Quote a cart for yourself
///
/// At your address, with what you get as the client you are. Order it by `POST /v1/me/orders`.
#[utoipa::path(tag = "quotes", request_body = ClientQuoteCreate, responses((status = 200, body = QuoteView, description = "What it costs now")))]
#[post("/v1/me/quotes")]
pub async fn quote_for_client(call: Call<may::Own>, body: Body<ClientQuoteCreate>) -> Answer {
    let ClientQuoteCreate { store_id, cart } = body.into_inner();
    let key = call.state().quote_key().to_vec();
    call.read(move |db, ctx| {
        let client = clients::find(db, ctx.scope, ctx.client()?.1)?;
        let store = stores::named_or_default(db, ctx.scope, store_id)?;
        promise(db, ctx, store.id, &cart, &buyer_of(&client), Some(client.id), &key)
    })
    .await
}

/// The quote, with a token that holds the seller to it.
fn promise(
    db: &mut Db,
    ctx: &Ctx,
    store: StoreId,
    cart: &Cart,
    buyer: &Buyer,
    client: Option<ClientId>,
    key: &[u8],
) -> Outcome<Reply> {
    let quoted = quote(db, ctx, store, cart, buyer, client)?;
    let token = QuoteToken::new(&quoted, cart, buyer, ctx.machine_now)?;
    let expires_at = Instant::from_micros(token.expires * 1_000_000).unwrap_or(ctx.machine_now);
    Ok(Reply::ok(&QuoteView::new(&quoted, token.seal(key), expires_at)))
}
