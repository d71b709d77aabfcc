//! Asking for a quote.

use crate::kernel::{Answer, Body, Call, Reply};
use crate::quotes::compute::quote;
use crate::quotes::token::QuoteToken;
use crate::quotes::views::{QuoteCreate, QuoteView};
use actix_web::post;
use comptoir_domain::Instant;
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::Place;

/// Quote a cart
///
/// The numbers are those of the invoice, to the cent, for as long as the token is good. Send the store's publishable key
/// as bearer.
#[utoipa::path(tag = "quotes", request_body = QuoteCreate, responses((status = 200, body = QuoteView, description = "What it costs now")))]
#[post("/v1/store/quotes")]
pub async fn create_quote(call: Call<may::Shop>, body: Body<QuoteCreate>) -> Answer {
    let QuoteCreate { cart, buyer } = body.into_inner();
    let place = Place::from(buyer);
    let key = call.state().quote_key().to_vec();
    call.read(move |db, ctx| {
        let quoted = quote(db, ctx, ctx.store()?, &cart, &place, None)?;
        let token = QuoteToken::new(&quoted, &cart, &place, ctx.machine_now)?;
        let expires_at = Instant::from_micros(token.expires * 1_000_000).unwrap_or(ctx.machine_now);
        Ok(Reply::ok(&QuoteView::new(&quoted, token.seal(&key), expires_at)))
    })
    .await
}
