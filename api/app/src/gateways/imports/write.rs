//! Writing what is taken over: all rows in one transaction, behind the lock of their gateway.

use crate::encryption::{Keyring, may_store};
use crate::gateways::imports::GatewayImportView;
use crate::kernel::call::Ctx;
use crate::payment_methods::method_row;
use crate::payments::pay::new_payment;
use comptoir_connectors::payment::SavedMethod;
use comptoir_connectors::payment::registry::is_retired;
use comptoir_db::gateways::{self, GatewayRow};
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome, clients};
use comptoir_domain::gateways::imports::{MethodImport, Placed, Rows, TransactionImport};
use comptoir_domain::payments::{Books, ImportedState, TransactionState};
use comptoir_domain::{Check, ClientId, Code, GatewayId, Instant, Problem};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Takes all rows over, or says which of them are wrong.
pub fn take_over(
    tx: &mut Db,
    ctx: &Ctx,
    keyring: &Keyring,
    gateway: GatewayId,
    rows: &Rows,
) -> Outcome<GatewayImportView> {
    let gateway = gateways::lock(tx, ctx.scope, gateway)?;
    let owners = owners(tx, ctx, rows)?;
    if !is_retired(&gateway.connector) {
        let detail = "this gateway is alive: cards are stored and payments begun there";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    if !rows.methods.is_empty() {
        may_store(tx, ctx, "/methods")?;
    }
    let mut check = Check::new();
    rows.check(&mut check, ctx.today());
    let unknown = |check: &mut Check, at: &str, client: &str| {
        check.ensure(owners.contains_key(client), &format!("{at}/client"), "unknown", "no client has this number");
    };
    rows.methods.iter().for_each(|one| unknown(&mut check, &one.at, &one.row.client));
    rows.transactions.iter().for_each(|one| unknown(&mut check, &one.at, &one.row.client));
    let mut seen = HashSet::new();
    for one in &rows.transactions {
        let first = seen.insert(one.row.reference.as_str());
        check.ensure(first, &format!("{}/reference", one.at), "repeated", "another row has it, too");
    }
    check.done()?;
    let methods = methods(tx, ctx, keyring, &gateway, &owners, &rows.methods)?;
    let transactions = transactions(tx, ctx, &gateway, &owners, &rows.transactions)?;
    let known = rows.methods.len() + rows.transactions.len() - methods - transactions;
    let fact = json!({ "code": gateway.code, "methods": methods, "transactions": transactions, "known": known });
    ctx.record(tx, "gateway.taken_over", gateway.id, fact)?;
    Ok(GatewayImportView { methods, transactions, known })
}

/// Who is meant by the names of clients. An id that is nobody's is not found, whoever else has it.
fn owners(tx: &mut Db, ctx: &Ctx, rows: &Rows) -> Outcome<BTreeMap<String, ClientId>> {
    let methods = rows.methods.iter().map(|one| (&one.at, &one.row.client));
    let named: Vec<_> = methods.chain(rows.transactions.iter().map(|one| (&one.at, &one.row.client))).collect();
    let ids: BTreeSet<ClientId> = named.iter().filter_map(|(_, name)| name.parse().ok()).collect();
    let numbers: BTreeSet<i64> = named.iter().filter_map(|(_, name)| name.parse().ok()).collect();
    let mut found = BTreeMap::new();
    for row in clients::some(tx, ctx.scope, &Vec::from_iter(ids))? {
        found.insert(row.id.to_string(), row.id);
    }
    for (number, id) in clients::by_numbers(tx, ctx.scope, &Vec::from_iter(numbers))? {
        found.insert(number.to_string(), id);
    }
    let strange =
        |(_, name): &&(&String, &String)| name.parse::<ClientId>().is_ok() && !found.contains_key(name.as_str());
    match named.iter().find(strange) {
        Some((at, _)) => Err(Problem::not_found().at(format!("{at}/client"), "unknown", "no such client").into()),
        None => Ok(found),
    }
}

/// Cards that nothing can be charged to; says how many are new.
fn methods(
    tx: &mut Db,
    ctx: &Ctx,
    keyring: &Keyring,
    gateway: &GatewayRow,
    owners: &BTreeMap<String, ClientId>,
    rows: &[Placed<MethodImport>],
) -> Outcome<usize> {
    let code = gateway.code.as_str();
    let key = |row: &PaymentMethodRow| (row.client_id, row.label.clone(), row.expires_on);
    let mut known: HashSet<_> = payment_methods::at_gateway(tx, ctx.scope, code)?.iter().map(key).collect();
    let mut new = Vec::new();
    for Placed { row, .. } in rows {
        let Some(client) = owners.get(&row.client) else { continue };
        let expires = Some((row.expiry_month, row.expiry_year));
        let saved = SavedMethod::card(row.token.clone(), &row.brand, &row.last_four);
        let saved = SavedMethod { label: row.label(), expires, ..saved };
        let sealed = method_row(tx, ctx, keyring, (ctx.scope.seller(), *client), (code, &saved, ctx.now))?;
        if known.insert(key(&sealed)) {
            new.push(PaymentMethodRow { is_default: false, retired_at: Some(ctx.now), ..sealed });
        }
    }
    payment_methods::insert_many(tx, &new)?;
    Ok(new.len())
}

/// Transactions as they stood; says how many are new.
fn transactions(
    tx: &mut Db,
    ctx: &Ctx,
    gateway: &GatewayRow,
    owners: &BTreeMap<String, ClientId>,
    rows: &[Placed<TransactionImport>],
) -> Outcome<usize> {
    let code = gateway.code.as_str();
    let references: Vec<String> = rows.iter().map(|one| one.row.reference.clone()).collect();
    let known = payments::known_at(tx, ctx.scope, code, &references)?;
    let one = |Placed { row, .. }: &Placed<TransactionImport>| {
        let client = owners.get(&row.client).filter(|_| !known.contains(&row.reference))?;
        Some(transaction(ctx, code, *client, row))
    };
    let new: Vec<TransactionRow> = rows.iter().filter_map(one).collect();
    payments::insert_many(tx, &new)?;
    Ok(new.len())
}

fn transaction(ctx: &Ctx, gateway: &str, client: ClientId, row: &TransactionImport) -> TransactionRow {
    let earlier = row.begun_on.filter(|day| *day != ctx.today());
    let begun_at = earlier.and_then(|day| Instant::noon_of(day, ctx.zone)).unwrap_or(ctx.now);
    let (state, books) = match row.state {
        ImportedState::Pending => (TransactionState::Pending, Books::Client),
        ImportedState::Authorised => (TransactionState::Authorised, Books::Client),
        ImportedState::Captured => (TransactionState::Captured, Books::Elsewhere),
    };
    TransactionRow {
        state,
        client_id: Some(client),
        gateway_reference: Some(row.reference.clone()),
        comment: row.comment.clone(),
        created_at: begun_at,
        settled_at: Some(begun_at).filter(|_| state == TransactionState::Captured),
        books,
        ..new_payment(ctx, gateway, row.amount)
    }
}
