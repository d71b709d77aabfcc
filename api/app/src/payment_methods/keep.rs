//! Keeping the method that a payment was made with, when the client wanted that and the gateway can.

use crate::encryption::{Held, Keyring};
use crate::gateways::ready::Gateways;
use crate::kernel::AppState;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::payment_methods::expiry::todo_key;
use crate::payment_methods::forget::replaced;
use chrono::{Months, NaiveDate};
use comptoir_connectors::ConnectorError;
use comptoir_connectors::payment::{Payment, SavedMethod};
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome, Scope, clients, todos};
use comptoir_domain::encryption::EncryptionMode;
use comptoir_domain::{ClientId, Instant, SellerId};
use serde_json::json;

/// Who has what is stored: our keys, and the gateways that keep cards.
#[derive(Clone)]
pub struct Keepers {
    /// The keys that tokens and accounts are sealed under.
    pub keyring: Keyring,
    /// Those who keep the cards.
    pub gateways: Gateways,
}

impl Keepers {
    /// Those of a house.
    pub fn of(state: &AppState) -> Self {
        Self { keyring: state.keyring.clone(), gateways: state.gateways.clone() }
    }
}

/// Keeps the method of a payment that has been taken; it becomes the client's default. A card kept before is renewed.
pub async fn keep(
    state: &AppState,
    ctx: &Ctx,
    paid: &TransactionRow,
    answered: &Result<Payment, ConnectorError>,
) -> Outcome<()> {
    let Ok(Payment { saved: Some(saved), .. }) = answered else { return Ok(()) };
    if !paid.state.is_taken() {
        return Ok(());
    }
    let Some(client) = paid.client_id else { return Ok(()) };
    let whose = (paid.seller_id, client);
    let (gateway, at, saved) = (paid.gateway.clone(), paid.created_at, saved.clone());
    let (ctx, keepers) = (Ctx { machine_now: state.machine.now(), ..ctx.clone() }, Keepers::of(state));
    let work = move |tx: &mut Db| {
        if keepers.keyring.keys(tx, ctx.scope, ctx.machine_now)?.row.mode == EncryptionMode::Off {
            return Ok(());
        }
        let row = method_row(tx, &ctx, &keepers.keyring, whose, (&gateway, &saved, at))?;
        write(tx, &ctx, &keepers, row).map(|_| ())
    };
    state.store.write(work).await
}

/// The row of a method that a gateway keeps, its token sealed.
pub fn method_row(
    tx: &mut Db,
    ctx: &Ctx,
    keyring: &Keyring,
    (seller_id, client_id): (SellerId, ClientId),
    (gateway, saved, created_at): (&str, &SavedMethod, Instant),
) -> Outcome<PaymentMethodRow> {
    let mut row = PaymentMethodRow {
        seller_id,
        id: fresh(),
        client_id,
        gateway: gateway.into(),
        token_sealed: String::new(),
        label: saved.label.clone(),
        expires_on: saved.expires.and_then(|(month, year)| expires_on(month, year)),
        is_default: true,
        created_at,
        version: 1,
        key_version: 0,
        retired_at: None,
        forgotten_at: None,
        card_country: saved.country,
        kind: saved.kind,
        brand: saved.brand.clone(),
        last_four: saved.last_four.clone(),
        fingerprint: saved.fingerprint.clone(),
    };
    keyring.seal(tx, ctx, &mut row, saved.token.as_bytes())?;
    Ok(row)
}

/// A token belongs to its client: in another client's row it does not open.
pub fn owner(client: ClientId, gateway: &str) -> String {
    format!("{client}:{gateway}")
}

/// The first day on which a card no longer works: it does through the last one of its month.
pub fn expires_on(month: u8, year: u16) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.into(), month.into(), 1)?.checked_add_months(Months::new(1))
}

/// Writes a method, which becomes the client's default. What it replaces is forgotten by the gateway.
pub fn write(tx: &mut Db, ctx: &Ctx, keepers: &Keepers, mut row: PaymentMethodRow) -> Outcome<PaymentMethodRow> {
    clients::lock(tx, ctx.scope, row.client_id)?;
    payment_methods::clear_default(tx, ctx.scope, row.client_id)?;
    let known = payment_methods::of_client(tx, ctx.scope, row.client_id)?;
    // what was said about cards that have expired may be over: the next run says it again if not
    for method in &known {
        todos::settle(tx, ctx.scope, &todo_key(method.id), ctx.now)?;
    }
    // one that is surely the same goes before one of which nothing else is known
    let (sure, alike): (Vec<_>, Vec<_>) =
        known.into_iter().filter(|known| known.is_same(&row)).partition(|known| known.fingerprint == row.fingerprint);
    match sure.into_iter().chain(alike).next() {
        Some(known) => {
            row.fingerprint = row.fingerprint.or_else(|| known.fingerprint.clone());
            (row.id, row.created_at, row.version) = (known.id, known.created_at, known.version);
            payment_methods::save(tx, &mut row)?;
            replaced(tx, ctx, keepers, known, &row)?;
        }
        None => payment_methods::insert(tx, &row)?,
    }
    ctx.record(tx, "payment_method.kept", row.id, json!({ "client_id": row.client_id, "label": row.label }))?;
    Ok(row)
}

/// The token of a method, to charge it, if the seller's key is at hand.
pub fn token(db: &mut Db, scope: Scope, (keyring, now): (&Keyring, Instant), row: &PaymentMethodRow) -> Outcome<Held> {
    Ok(keyring.keys(db, scope, now)?.look(row))
}
