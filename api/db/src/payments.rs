//! Transactions, and which invoice their money went to.

use crate::few::among;
use crate::schema::{allocation_lines, allocations, transactions};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::ledger::Method;
use comptoir_domain::payments::{Books, TransactionKind, TransactionState, arrival};
use comptoir_domain::{
    AllocationId, ClientId, Code, Country, Currency, Instant, InvoiceId, InvoiceLineId, Money, OrderId,
    PaymentMethodId, Problem, SellerId, TransactionId,
};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// What the other side said, without secrets.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct TransactionDetail {
    pub code: Option<String>,
    pub message: String,
    pub redirect_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_fields: Vec<(String, String)>,
    pub raw: String,
    /// Where the bank of the card is, if the gateway has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_country: Option<Country>,
}

/// Who has paid at the terminal, as it was told there.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TransactionPayer {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub email: String,
    pub phone: String,
    pub fax: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub state: String,
    pub county: String,
    pub postal_code: String,
    pub country: Country,
}

/// The code of a payment that was written down, but of which the gateway never heard: whoever began it broke off.
pub const NEVER_BEGUN: &str = "never_begun";

/// The gateways at which nobody takes money: it comes by itself, or not.
pub const BY_HAND: [&str; 2] = ["cheque", "transfer"];

/// A movement of money at a gateway or by hand.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = transactions, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct TransactionRow {
    pub seller_id: SellerId,
    pub id: TransactionId,
    pub kind: TransactionKind,
    pub state: TransactionState,
    /// Whose money; none for someone who is no client and has paid at the terminal.
    pub client_id: Option<ClientId>,
    pub invoice_id: Option<InvoiceId>,
    pub order_id: Option<OrderId>,
    pub refunds_transaction_id: Option<TransactionId>,
    pub gateway: String,
    pub reference: String,
    pub gateway_reference: Option<String>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub attempts: i32,
    pub detail: Json<TransactionDetail>,
    pub comment: String,
    pub created_at: Instant,
    pub settled_at: Option<Instant>,
    pub version: i64,
    /// The stored method that the payment queue has charged.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Whether it is collected from a bank account, by a file that somebody takes to a bank.
    pub is_debit: bool,
    /// What becomes of its money in the books.
    pub books: Books,
    pub payer: Option<Json<TransactionPayer>>,
}

entity!(transactions, TransactionRow, TransactionId);

impl TransactionRow {
    /// What moves.
    pub fn amount(&self) -> Money {
        Money::from_minor(self.amount_minor, self.currency)
    }

    /// The client whose money it is; a conflict for someone who is none.
    pub fn client(&self) -> Result<ClientId, Problem> {
        self.client_id.ok_or_else(|| Problem::new(Code::Conflict, "whoever has paid is no client"))
    }

    /// Where its money arrives, or which account it leaves.
    pub fn arrival(&self) -> Method {
        arrival(&self.gateway, self.is_debit)
    }

    /// Whether the gateway never heard of it: nobody was asked for money, so nobody refused it.
    pub fn was_never_begun(&self) -> bool {
        self.detail.0.code.as_deref() == Some(NEVER_BEGUN)
    }
}

/// Writes many new transactions.
pub fn insert_many(db: &mut Db, rows: &[TransactionRow]) -> Outcome<()> {
    insert_many!(db, transactions::table, rows);
    Ok(())
}

/// Locks several transactions, in the order of their ids. Whoever does has locked their clients.
pub fn lock_many(db: &mut Db, scope: Scope, ids: &[TransactionId]) -> Outcome<Vec<TransactionRow>> {
    let wanted = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(among(transactions::id, ids.to_vec()))
        .order(transactions::id);
    Ok(match db {
        Db::Sqlite(c) => wanted.select(TransactionRow::as_select()).load(c)?,
        Db::Pg(c) => wanted.select(TransactionRow::as_select()).for_update().load(c)?,
    })
}

/// Which transactions of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct TransactionFilter {
    pub state: Vec<TransactionState>,
    pub kind: Option<TransactionKind>,
    pub client_id: Option<ClientId>,
    pub invoice_id: Option<InvoiceId>,
    pub gateway: Option<String>,
    pub is_debit: Option<bool>,
    pub created_at_gte: Option<Instant>,
    pub created_at_lt: Option<Instant>,
}

/// The transactions of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &TransactionFilter, page: &Page) -> Outcome<Slice<TransactionRow>> {
    let mut query = transactions::table.filter(transactions::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(transactions::state.eq_any(filter.state.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(transactions::kind.eq(kind));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(transactions::client_id.eq(client));
    }
    if let Some(invoice) = filter.invoice_id {
        query = query.filter(transactions::invoice_id.eq(invoice));
    }
    if let Some(gateway) = &filter.gateway {
        query = query.filter(transactions::gateway.eq(gateway.clone()));
    }
    if let Some(is_debit) = filter.is_debit {
        query = query.filter(transactions::is_debit.eq(is_debit));
    }
    if let Some(from) = filter.created_at_gte {
        query = query.filter(transactions::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_lt {
        query = query.filter(transactions::created_at.lt(to));
    }
    Ok(keyset!(db, query, page, transactions::id: TransactionId, TransactionRow, {}))
}

/// The transaction with our reference.
pub fn by_reference(db: &mut Db, scope: Scope, reference: &str) -> Outcome<TransactionRow> {
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::reference.eq(reference));
    Ok(found.select(TransactionRow::as_select()).first(db)?)
}

/// Which of some references a gateway's transactions have.
pub fn known_at(db: &mut Db, scope: Scope, gateway: &str, references: &[String]) -> Outcome<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for some in references.chunks(500) {
        let found = transactions::table
            .filter(transactions::seller_id.eq(scope.seller()))
            .filter(transactions::gateway.eq(gateway))
            .filter(transactions::gateway_reference.eq_any(some.iter().cloned().map(Some).collect::<Vec<_>>()));
        let references: Vec<Option<String>> = found.select(transactions::gateway_reference).load(db)?;
        known.extend(references.into_iter().flatten());
    }
    Ok(known)
}

/// The payments of an invoice, oldest first.
pub fn of_invoice(db: &mut Db, scope: Scope, invoice: InvoiceId) -> Outcome<Vec<TransactionRow>> {
    of_invoices(db, scope, &[invoice])
}

/// The payments of some invoices, oldest first.
pub fn of_invoices(db: &mut Db, scope: Scope, invoices: &[InvoiceId]) -> Outcome<Vec<TransactionRow>> {
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(among(transactions::invoice_id, invoices.iter().copied().map(Some)))
        .filter(transactions::kind.eq(TransactionKind::Payment));
    // if SQLite is to sort them, it reads all of the seller's in this order
    let mut rows = read_rows!(db, found, TransactionRow)?;
    rows.sort_unstable_by_key(|row| row.id);
    Ok(rows)
}

/// Takes a draft that is about to go out of the transactions that name it: they stay on record without it.
pub fn outlive(db: &mut Db, scope: Scope, draft: InvoiceId) -> Outcome<()> {
    let named = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::invoice_id.eq(draft));
    let gone = (transactions::invoice_id.eq(None::<InvoiceId>), transactions::version.eq(transactions::version + 1));
    diesel::update(named).set(gone).execute(db)?;
    Ok(())
}

/// The payments of a client that are not decided yet, oldest first.
pub fn pending_of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<TransactionRow>> {
    let pending = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::client_id.eq(client))
        .filter(transactions::kind.eq(TransactionKind::Payment))
        .filter(transactions::state.eq(TransactionState::Pending))
        .order(transactions::id);
    Ok(pending.select(TransactionRow::as_select()).load(db)?)
}

/// Payments of a seller in some states that began within a time, oldest first, after one of them.
pub fn begun_within(
    db: &mut Db,
    scope: Scope,
    states: &[TransactionState],
    time: Range<Instant>,
    after: Option<TransactionId>,
    limit: i64,
) -> Outcome<Vec<TransactionRow>> {
    let mut found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::state.eq_any(states.to_vec()))
        // nobody is asked about debits: banks answer by files
        .filter(transactions::is_debit.eq(false))
        .filter(transactions::created_at.ge(time.start))
        .filter(transactions::created_at.lt(time.end))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(transactions::id.gt(after));
    }
    Ok(found.order(transactions::id).limit(limit).select(TransactionRow::as_select()).load(db)?)
}

/// Of which orders it may yet turn out that they are paid.
pub fn under_way(db: &mut Db, scope: Scope, orders: &[OrderId]) -> Outcome<BTreeSet<OrderId>> {
    let under_way: Vec<_> = TransactionState::ALL.iter().copied().filter(|state| state.is_under_way()).collect();
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::order_id.eq_any(orders.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(transactions::state.eq_any(under_way))
        .filter(transactions::gateway.ne_all(BY_HAND));
    let ids: Vec<Option<OrderId>> = found.select(transactions::order_id).load(db)?;
    Ok(ids.into_iter().flatten().collect())
}

/// The refunds of a payment, oldest first.
pub fn refunds_of(db: &mut Db, scope: Scope, payment: TransactionId) -> Outcome<Vec<TransactionRow>> {
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::refunds_transaction_id.eq(payment))
        .order(transactions::id);
    Ok(found.select(TransactionRow::as_select()).load(db)?)
}

/// When banks took some payments back, the last time each; those that stayed are not among them.
pub fn returned(db: &mut Db, scope: Scope, payments: &[TransactionId]) -> Outcome<HashMap<TransactionId, Instant>> {
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(among(transactions::refunds_transaction_id, payments.iter().copied().map(Some)))
        .filter(transactions::kind.eq(TransactionKind::Chargeback))
        .select((transactions::refunds_transaction_id, transactions::created_at));
    let rows: Vec<(Option<TransactionId>, Instant)> = found.load(db)?;
    let mut last = HashMap::new();
    for (payment, at) in rows.into_iter().filter_map(|(payment, at)| Some((payment?, at))) {
        let known = last.entry(payment).or_insert(at);
        *known = at.max(*known);
    }
    Ok(last)
}

/// What a client is to be given back and has not got yet, one amount per currency.
pub fn refunds_under_way(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<Money>> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    let under_way: Vec<_> = TransactionState::ALL.iter().copied().filter(|state| state.is_under_way()).collect();
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::client_id.eq(client))
        .filter(transactions::kind.eq(TransactionKind::Refund))
        .filter(transactions::state.eq_any(under_way))
        .group_by(transactions::currency)
        .select((transactions::currency, sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)")));
    let sums: Vec<(Currency, i64)> = found.load(db)?;
    Ok(sums.into_iter().map(|(currency, minor)| Money::from_minor(minor, currency)).collect())
}

/// A part of a payment, or of credit (without a transaction), that went to an invoice.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = allocations, treat_none_as_default_value = false)]
pub struct AllocationRow {
    pub seller_id: SellerId,
    pub id: AllocationId,
    pub invoice_id: InvoiceId,
    pub transaction_id: Option<TransactionId>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub created_at: Instant,
}

/// The part of an allocation that was meant for a line.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = allocation_lines)]
pub struct AllocationLineRow {
    pub seller_id: SellerId,
    pub allocation_id: AllocationId,
    pub line_id: InvoiceLineId,
    pub amount_minor: i64,
}

/// Writes an allocation, and for which lines it was meant.
pub fn allocate(db: &mut Db, row: &AllocationRow, lines: &[(InvoiceLineId, Money)]) -> Outcome<()> {
    diesel::insert_into(allocations::table).values(row).execute(db)?;
    let line = |(line_id, amount): &(InvoiceLineId, Money)| AllocationLineRow {
        seller_id: row.seller_id,
        allocation_id: row.id,
        line_id: *line_id,
        amount_minor: amount.minor(),
    };
    let rows: Vec<_> = lines.iter().map(line).collect();
    insert_many!(db, allocation_lines::table, rows);
    Ok(())
}

/// Writes many allocations that are meant for no lines in particular.
pub fn allocate_many(db: &mut Db, rows: &[AllocationRow]) -> Outcome<()> {
    insert_many!(db, allocations::table, rows);
    Ok(())
}

/// What was paid of some invoices, by money or credit, in minor units.
pub fn paid(db: &mut Db, scope: Scope, of: &[InvoiceId]) -> Outcome<HashMap<InvoiceId, i64>> {
    let found = allocations::table
        .filter(allocations::seller_id.eq(scope.seller()))
        .filter(allocations::invoice_id.eq_any(of.to_vec()))
        .select((allocations::invoice_id, allocations::amount_minor));
    let mut sums = HashMap::new();
    for (invoice, amount) in found.load::<(InvoiceId, i64)>(db)? {
        *sums.entry(invoice).or_default() += amount;
    }
    Ok(sums)
}

/// What of it was meant for these lines.
pub fn meant_for(db: &mut Db, scope: Scope, lines: &[InvoiceLineId]) -> Outcome<HashMap<InvoiceLineId, i64>> {
    let found = allocation_lines::table
        .filter(allocation_lines::seller_id.eq(scope.seller()))
        .filter(allocation_lines::line_id.eq_any(lines.to_vec()))
        .select((allocation_lines::line_id, allocation_lines::amount_minor));
    let mut sums = HashMap::new();
    for (line, amount) in found.load::<(InvoiceLineId, i64)>(db)? {
        *sums.entry(line).or_default() += amount;
    }
    Ok(sums)
}

/// An allocation and for which lines it was meant.
pub type Allocated = (AllocationRow, Vec<(InvoiceLineId, Money)>);

/// Takes a payment off the invoices that it went to, oldest first.
pub fn take_off(db: &mut Db, scope: Scope, payment: TransactionId) -> Outcome<Vec<Allocated>> {
    let found = allocations::table
        .filter(allocations::seller_id.eq(scope.seller()))
        .filter(allocations::transaction_id.eq(payment))
        .order(allocations::id);
    let rows: Vec<AllocationRow> = found.select(AllocationRow::as_select()).load(db)?;
    let ids: Vec<AllocationId> = rows.iter().map(|row| row.id).collect();
    let meant = allocation_lines::table
        .filter(allocation_lines::seller_id.eq(scope.seller()))
        .filter(allocation_lines::allocation_id.eq_any(ids.clone()));
    let lines: Vec<AllocationLineRow> = meant.clone().select(AllocationLineRow::as_select()).load(db)?;
    diesel::delete(meant).execute(db)?;
    let theirs =
        allocations::table.filter(allocations::seller_id.eq(scope.seller())).filter(allocations::id.eq_any(ids));
    diesel::delete(theirs).execute(db)?;
    let with_lines = |row: AllocationRow| {
        let its = lines.iter().filter(|line| line.allocation_id == row.id);
        let its = its.map(|line| (line.line_id, Money::from_minor(line.amount_minor, row.currency))).collect();
        (row, its)
    };
    Ok(rows.into_iter().map(with_lines).collect())
}

/// Brings new transactions into another state, all or none.
pub fn advance(
    db: &mut Db,
    scope: Scope,
    ids: &[TransactionId],
    from: TransactionState,
    to: TransactionState,
) -> Outcome<()> {
    for some in ids.chunks(500) {
        let theirs = transactions::table
            .filter(transactions::seller_id.eq(scope.seller()))
            .filter(transactions::id.eq_any(some.to_vec()))
            .filter(transactions::state.eq(from));
        let change = (transactions::state.eq(to), transactions::version.eq(transactions::version + 1));
        if diesel::update(theirs).set(change).execute(db)? != some.len() {
            return Err(Problem::new(Code::Stale, "one of them has changed meanwhile: try again").into());
        }
    }
    Ok(())
}
