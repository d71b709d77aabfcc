//! Sending a payment whose reference is written down, once, and recording the answer; what it is made with.

use crate::kernel::{ApiError, Desk, Reply};
use crate::payment_methods;
use crate::payments::pay::{answer, reference};
use crate::payments::payer::of_transaction;
use crate::payments::settle::{Asked, settle};
use crate::payments::views::CardCreate;
use comptoir_connectors::payment::{Card, Entry, PaymentGateway, PaymentRequest, PaymentSource, Presence, Take};
use comptoir_db::payments;
use comptoir_domain::{Code, Problem, TransactionId};
use secrecy::SecretString;

/// How a payment is to be made.
pub struct How {
    /// With what.
    pub source: PaymentSource,
    /// Whether the money is only reserved.
    pub reserve: bool,
    /// Whether the gateway is to keep it for later payments.
    pub save: bool,
    /// Who is there.
    pub presence: Presence,
    /// Where the client comes back to from the gateway's page.
    pub return_to: Option<String>,
}

/// Sends what `begun` has answered. A call that was repeated sends nothing: it gets what became of the first.
pub async fn send(desk: &Desk, gateway: &dyn PaymentGateway, begun: &Reply, how: How) -> Result<Reply, ApiError> {
    let id = transaction_of(begun)?;
    let found = desk.read(move |db, ctx| {
        let row = payments::find(db, ctx.scope, id)?;
        let payer = of_transaction(db, ctx, &row)?;
        Ok((row, payer))
    });
    let (row, payer) = found.await?;
    if begun.headers.iter().any(|(name, _)| name == "idempotency-replayed") {
        return Ok(answer(row)?.header("idempotency-replayed", "true"));
    }
    let request = PaymentRequest {
        reference: reference(&row)?,
        amount: row.amount(),
        description: row.reference.clone(),
        source: how.source,
        take: if how.reserve { Take::Reserve } else { Take::Now },
        save: how.save,
        presence: how.presence,
        payer,
        return_to: how.return_to.unwrap_or_default(),
        at: desk.ctx.now,
    };
    let answered = gateway.start(&request).await;
    let outcome = answered.clone();
    let row = desk.change(move |tx, ctx| settle(tx, ctx, id, Asked::Start, &outcome)).await?;
    payment_methods::keep(&desk.state, &desk.ctx, &row, &answered).await?;
    Ok(answer(row)?)
}

/// The transaction that was begun, as it was remembered.
pub fn transaction_of(begun: &Reply) -> Result<TransactionId, ApiError> {
    let view: Option<serde_json::Value> = serde_json::from_str(&begun.body).ok();
    let id = view.as_ref().and_then(|view| view.get("id")?.as_str()?.parse().ok());
    id.ok_or_else(|| Problem::new(Code::Internal, "the transaction was not remembered").into())
}

/// What was entered.
pub struct Entered<'a> {
    /// A card, typed.
    pub card: &'a Option<CardCreate>,
    /// What the gateway's own fields have made of one.
    pub token: &'a Option<String>,
    /// Where its page is to send the client afterwards.
    pub return_to: &'a Option<String>,
}

/// What a payment is made with. It has to be something that the gateway takes.
pub fn source(
    entered: &Entered<'_>,
    stored: Option<SecretString>,
    entries: &[Entry],
) -> Result<PaymentSource, Problem> {
    let (source, place) = match (stored, entered.card, entered.token) {
        (Some(token), _, _) => return Ok(PaymentSource::Saved(token)),
        (None, Some(_), Some(_)) => {
            return Err(Problem::field("/token", "not_wanted", "a card or a token, not both"));
        }
        (None, Some(given), None) => (PaymentSource::Card(card(given.clone())), "/card"),
        (None, None, Some(token)) => (PaymentSource::Token(token.clone().into()), "/token"),
        (None, None, None) if entered.return_to.is_some() => (PaymentSource::HostedPage, "/return_to"),
        (None, None, None) => (PaymentSource::Offline, "/gateway"),
    };
    match source.entry() {
        Some(entry) if !entries.contains(&entry) => {
            let words: Vec<_> = entries.iter().map(|entry| expected(*entry)).collect();
            Err(Problem::field(place, "not_taken_here", format!("this gateway wants {}", words.join(" or "))))
        }
        _ => Ok(source),
    }
}

fn expected(entry: Entry) -> &'static str {
    match entry {
        Entry::Card => "a card",
        Entry::Token => "a token that its fields in the page have made",
        Entry::Page => "return_to, since the client goes to its page",
        Entry::Account => "a bank account",
        Entry::Offline => "neither a card nor a page",
    }
}

/// A card as gateways take it.
pub fn card(given: CardCreate) -> Card {
    Card {
        number: given.number.into(),
        expiry_month: given.expiry_month,
        expiry_year: given.expiry_year,
        code: given.code.into(),
        holder: given.holder,
    }
}
