//! ProcessPaymentQueue (EVT-02, PAY-04): first asks the gateways what became of payments that nobody has heard of, then
//! charges what is due to the clients' stored methods. Each charge is begun, sent and recorded by itself, as any other
//! payment: our reference stands in the database before the gateway hears of it.

use crate::bank::join::join;
use crate::credits::apply_credits;
use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sellers::for_sellers;
use crate::gateways::ready::{Gateways, Ready};
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payment_methods::{keep, token};
use crate::payments::divide::{Part, divide};
use crate::payments::pay::{begin, reference};
use crate::payments::payer::payer;
use crate::payments::settle::{Asked, settle};
use crate::payments::unanswered::{ask_again, each_to_be_asked};
use chrono::{Days, NaiveDate};
use comptoir_connectors::payment::{PaymentRequest, PaymentSource, Take};
use comptoir_db::events::EventRow;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, Scope, settings};
use comptoir_domain::InvoiceId;
use comptoir_domain::collection::{Attempt, Collect, collect};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::settings::CollectionSettings;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Invoices that are looked at together.
const CHUNK: i64 = 200;

/// What a run did.
#[derive(Default)]
struct Told {
    checked: usize,
    approved: usize,
    refused: usize,
}

/// Collects what is due, of one seller or of all.
pub async fn process_payment_queue(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut told = Told::default();
    for ctx in for_sellers(state, event).await? {
        told.checked += ask_again(state, &ctx).await?;
        collect_due(state, &ctx, &mut told).await?;
    }
    Ok(json!({ "checked": told.checked, "approved": told.approved, "refused": told.refused }))
}

async fn collect_due(state: &AppState, ctx: &Ctx, told: &mut Told) -> Result<(), EventFailure> {
    let (scope, today) = (ctx.scope, ctx.today());
    let settings = state.store.read(move |db| settings::read(db, scope)).await?.value.0.collection;
    let due_by = due_by(&settings, today);
    let mut after = None;
    loop {
        let found = move |db: &mut Db| invoices::unpaid(db, scope, due_by, after, CHUNK);
        let rows = state.store.read(found).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        let (looking, by) = (ctx.clone(), settings.clone());
        let due = state.store.read(move |db| chargeable(db, &looking, &by, &rows)).await?;
        for part in due {
            match charge(state, ctx, &settings, &part).await? {
                Some(TransactionState::Approved) => told.approved += 1,
                Some(_) => told.refused += 1,
                None => {}
            }
        }
    }
}

/// Which payments would be asked about, and which invoices charged.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    each_to_be_asked(db, &state.gateways, ctx, |row| {
        let piece =
            ForeseenView::new(row.id, ForeseenAction::CheckPayment, format!("{} at {}", row.state, row.gateway));
        seen.add(piece.amount(row.amount()))
    })?;
    let settings = settings::read(db, ctx.scope)?.value.0.collection;
    let mut after = None;
    loop {
        let rows = invoices::unpaid(db, ctx.scope, due_by(&settings, ctx.today()), after, CHUNK)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        let numbers: HashMap<InvoiceId, Option<&str>> =
            rows.iter().map(|row| (row.id, row.number.as_deref())).collect();
        for part in chargeable(db, ctx, &settings, &rows)? {
            if usable(db, &means(state), ctx.scope, &part)?.is_some() {
                let number = numbers.get(&part.invoice).copied().flatten().unwrap_or_default();
                let summary = format!("{number} at {}", part.method.gateway);
                let piece = ForeseenView::new(part.invoice, ForeseenAction::Charge, summary);
                seen.add(piece.amount(part.amount))?;
            }
        }
    }
}

/// Gateways, and the key that opens what is stored of their methods.
type Means = (Gateways, [u8; 32]);

/// The gateway of a stored method and the token that it knows it by, if both are at hand.
fn usable(db: &mut Db, (gateways, key): &Means, scope: Scope, part: &Part) -> Outcome<Option<(Ready, SecretString)>> {
    let ready = match gateways.find(db, scope, &part.method.gateway) {
        Ok(ready) => ready.filter(|ready| ready.takes(part.amount.currency())),
        Err(Failure::Refused(_)) => None,
        Err(failure) => return Err(failure),
    };
    Ok(ready.and_then(|ready| Some((ready, token(key, &part.method)?))))
}

fn means(state: &AppState) -> Means {
    (state.gateways.clone(), *state.method_key())
}

/// Invoices that are due by this day may be charged today.
fn due_by(settings: &CollectionSettings, today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(settings.days_before_due.into())).unwrap_or(today)
}

/// What of some unpaid invoices is to be charged today, and to what.
fn chargeable(db: &mut Db, ctx: &Ctx, settings: &CollectionSettings, rows: &[InvoiceRow]) -> Outcome<Vec<Part>> {
    let (scope, today) = (ctx.scope, ctx.today());
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let all = payments::of_invoices(db, scope, &ids)?;
    let mut parts = divide(db, ctx, rows, &all)?;
    parts.retain(|part| part.method.expires_on.is_none_or(|end| today < end));
    let due_on: HashMap<InvoiceId, Option<NaiveDate>> = rows.iter().map(|row| (row.id, row.due_on)).collect();
    let mut attempts: HashMap<InvoiceId, Vec<&TransactionRow>> = HashMap::new();
    for row in all.iter().filter(|row| !row.was_never_begun()) {
        if let Some(invoice) = row.invoice_id {
            attempts.entry(invoice).or_default().push(row);
        }
    }
    parts.retain(|part| {
        let theirs = attempts.get(&part.invoice).map_or(&[][..], Vec::as_slice);
        let theirs: Vec<Attempt> = theirs.iter().filter(|row| counts(row, part)).map(|row| attempt(ctx, row)).collect();
        let due_on = due_on.get(&part.invoice).copied().flatten();
        due_on.is_some_and(|due_on| collect(settings, due_on, &theirs, today) == Collect::Charge)
    });
    Ok(parts)
}

/// Whether an attempt was made on a part: what another method has refused is no refusal of this one.
fn counts(row: &TransactionRow, part: &Part) -> bool {
    let own = row.payment_method_id.is_none_or(|method| method == part.method.id);
    own || part.is_all || row.state.is_under_way()
}

fn attempt(ctx: &Ctx, row: &TransactionRow) -> Attempt {
    Attempt { state: row.state, on: row.created_at.date_in(ctx.zone) }
}

/// Charges a part of an invoice; nothing if meanwhile it was paid, someone else is about to pay it, or another worker has
/// tried.
async fn charge(
    state: &AppState,
    ctx: &Ctx,
    settings: &CollectionSettings,
    part: &Part,
) -> Result<Option<TransactionState>, EventFailure> {
    let (beginning, of, by, means) = (ctx.clone(), part.clone(), settings.clone(), means(state));
    let begun = move |tx: &mut Db| {
        let mut row = lock_with_client(tx, &beginning, of.invoice)?;
        apply_credits(tx, &beginning, &mut row)?;
        let now = chargeable(tx, &beginning, &by, std::slice::from_ref(&row))?;
        let Some(now) = now.into_iter().find(|now| now.method.id == of.method.id) else { return Ok(None) };
        let Some((ready, token)) = usable(tx, &means, beginning.scope, &now)? else {
            tracing::error!(method = %now.method.id, "a stored payment method cannot be used here");
            return Ok(None);
        };
        if let Some(debits) = ready.gateway.debits() {
            join(tx, &beginning, debits, &row, (&now.method, now.amount))?;
            return Ok(None);
        }
        let part = Some((now.method.id, now.amount));
        let begun = begin(tx, &beginning, &row, &now.method.gateway, part)?;
        let payer = payer(tx, &beginning, begun.client_id)?;
        Ok(Some((begun, ready.gateway, token, payer)))
    };
    let (row, gateway, token, payer) = match state.store.write(begun).await {
        Ok(Some(begun)) => begun,
        Ok(None) | Err(Failure::Refused(_)) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let request = PaymentRequest {
        reference: reference(&row)?,
        amount: row.amount(),
        description: row.reference.clone(),
        source: PaymentSource::Saved(token),
        take: Take::Now,
        save: false,
        present: false,
        payer,
        return_to: state.settings.public_url.clone(),
        at: ctx.now,
    };
    let answered = gateway.start(&request).await;
    let (settling, outcome, id) = (ctx.clone(), answered.clone(), row.id);
    let row = state.store.write(move |tx| settle(tx, &settling, id, Asked::Start, &outcome)).await?;
    keep(state, ctx, &row, &answered).await?;
    Ok(Some(row.state))
}
