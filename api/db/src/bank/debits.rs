//! Payments that are collected from bank accounts: a transaction each, and which batch it is in.

use crate::payments::TransactionRow;
use crate::schema::{debits, transactions};
use crate::{Db, DbBackend, Failure, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::bank::Sequence;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{ClientId, Currency, DebitBatchId, MandateId, Money, PaymentMethodId, SellerId, TransactionId};
use diesel::prelude::*;
use std::collections::HashMap;

/// What makes a debit of a transaction.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = debits, primary_key(seller_id, transaction_id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DebitRow {
    pub seller_id: SellerId,
    pub transaction_id: TransactionId,
    pub gateway: String,
    /// None: it is kept out of all batches for now.
    pub batch_id: Option<DebitBatchId>,
    pub mandate_id: Option<MandateId>,
    pub payment_method_id: PaymentMethodId,
    /// When the account is debited, as the payer was told.
    pub collect_on: NaiveDate,
    /// When the payer was told.
    pub noticed_on: Option<NaiveDate>,
    pub sequence: Option<Sequence>,
    /// The group of the file that it is in.
    pub group_name: Option<String>,
    pub bank_status: Option<String>,
    pub reason_code: Option<String>,
    pub reason_text: Option<String>,
    /// The debit of a batch that was deleted, in whose place it stands.
    pub replaces_id: Option<TransactionId>,
    /// Who collected before, if this collection tells of a change.
    pub former_creditor_name: Option<String>,
    /// The same by its identifier.
    pub former_creditor_id: Option<String>,
}

/// A debit with its transaction.
pub type Debit = (DebitRow, TransactionRow);

/// Which debits of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct DebitFilter {
    pub gateway: Option<String>,
    pub state: Vec<TransactionState>,
    pub client_id: Option<ClientId>,
    pub batch_id: Option<DebitBatchId>,
    /// Whether it is in a batch.
    pub is_batched: Option<bool>,
}

macro_rules! joined {
    ($scope:expr) => {
        debits::table
            .inner_join(
                transactions::table
                    .on(transactions::seller_id.eq(debits::seller_id).and(transactions::id.eq(debits::transaction_id))),
            )
            .filter(debits::seller_id.eq($scope.seller()))
    };
}

/// Writes the debit of a new transaction.
pub fn insert(db: &mut Db, row: &DebitRow) -> Outcome<()> {
    diesel::insert_into(debits::table).values(row).execute(db)?;
    Ok(())
}

/// Writes a debit back; its transaction is locked.
pub fn save(db: &mut Db, row: &DebitRow) -> Outcome<()> {
    diesel::update(debits::table.find((row.seller_id, row.transaction_id))).set(row).execute(db)?;
    Ok(())
}

/// The debit of a transaction, if it is one.
pub fn of_transaction(db: &mut Db, scope: Scope, id: TransactionId) -> Outcome<Option<DebitRow>> {
    let found = debits::table.find((scope.seller(), id));
    Ok(found.select(DebitRow::as_select()).first(db).optional()?)
}

/// The debits of a batch, in the order in which they were made.
pub fn of_batch(db: &mut Db, scope: Scope, batch: DebitBatchId) -> Outcome<Vec<Debit>> {
    let found = joined!(scope).filter(debits::batch_id.eq(batch)).order(debits::transaction_id);
    Ok(found.select((DebitRow::as_select(), TransactionRow::as_select())).load(db)?)
}

/// The debits of these references.
pub fn of_references(db: &mut Db, scope: Scope, references: &[String]) -> Outcome<Vec<Debit>> {
    let mut all = Vec::new();
    for some in references.chunks(500) {
        let found = joined!(scope).filter(transactions::reference.eq_any(some.to_vec()));
        all.extend(found.select((DebitRow::as_select(), TransactionRow::as_select())).load::<Debit>(db)?);
    }
    Ok(all)
}

/// All debits that a bank has, or had within reach of an answer: in a closed batch, and due since a day.
pub fn at_banks(db: &mut Db, scope: Scope, since: NaiveDate) -> Outcome<Vec<Debit>> {
    let found = joined!(scope)
        .filter(debits::group_name.is_not_null())
        .filter(debits::collect_on.ge(since))
        .order(debits::transaction_id);
    Ok(found.select((DebitRow::as_select(), TransactionRow::as_select())).load(db)?)
}

/// The latest day on which a debit in a closed batch was due, for each of some mandates that has one.
pub fn collections(db: &mut Db, scope: Scope, mandates: &[MandateId]) -> Outcome<HashMap<MandateId, NaiveDate>> {
    use diesel::dsl::max;
    let mut latest = HashMap::new();
    for some in mandates.chunks(500) {
        let found = debits::table
            .filter(debits::seller_id.eq(scope.seller()))
            .filter(debits::mandate_id.eq_any(some.iter().copied().map(Some).collect::<Vec<_>>()))
            .filter(debits::batch_id.is_not_null())
            .filter(debits::group_name.is_not_null())
            .group_by(debits::mandate_id)
            .select((debits::mandate_id, max(debits::collect_on)));
        let rows: Vec<(Option<MandateId>, Option<NaiveDate>)> = found.load(db)?;
        latest.extend(rows.into_iter().filter_map(|(mandate, day)| Some((mandate?, day?))));
    }
    Ok(latest)
}

/// Debits that a bank has, still pending, due through a day, after one of them.
pub fn pending_through(
    db: &mut Db,
    scope: Scope,
    through: NaiveDate,
    after: Option<TransactionId>,
    limit: i64,
) -> Outcome<Vec<Debit>> {
    let mut found = joined!(scope)
        .filter(debits::group_name.is_not_null())
        .filter(debits::collect_on.le(through))
        .filter(transactions::state.eq(TransactionState::Pending))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(debits::transaction_id.gt(after));
    }
    let found = found.order(debits::transaction_id).limit(limit);
    Ok(found.select((DebitRow::as_select(), TransactionRow::as_select())).load(db)?)
}

/// How many debits a batch has.
pub fn count_of_batch(db: &mut Db, scope: Scope, batch: DebitBatchId) -> Outcome<i64> {
    let found = debits::table.filter(debits::seller_id.eq(scope.seller())).filter(debits::batch_id.eq(batch));
    Ok(found.count().get_result(db)?)
}

/// Whether a debit of a method has not gone to a bank yet.
pub fn waits_for_file(db: &mut Db, scope: Scope, method: PaymentMethodId) -> Outcome<bool> {
    let waiting = joined!(scope)
        .filter(debits::payment_method_id.eq(method))
        .filter(transactions::state.eq(TransactionState::New));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(db)?)
}

/// The debits of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &DebitFilter, page: &Page) -> Outcome<Slice<TransactionRow>> {
    let mut query = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::is_debit.eq(true))
        .into_boxed::<DbBackend>();
    if let Some(gateway) = &filter.gateway {
        query = query.filter(transactions::gateway.eq(gateway.clone()));
    }
    if !filter.state.is_empty() {
        query = query.filter(transactions::state.eq_any(filter.state.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(transactions::client_id.eq(client));
    }
    let theirs = debits::table.filter(debits::seller_id.eq(scope.seller()));
    if let Some(batch) = filter.batch_id {
        let inside = theirs.filter(debits::batch_id.eq(batch)).select(debits::transaction_id);
        query = query.filter(transactions::id.eq_any(inside));
    }
    if let Some(is_batched) = filter.is_batched {
        let inside = theirs.filter(debits::batch_id.is_not_null()).select(debits::transaction_id);
        query = if is_batched {
            query.filter(transactions::id.eq_any(inside))
        } else {
            query.filter(transactions::id.ne_all(inside))
        };
    }
    Ok(keyset!(db, query, page, transactions::id: TransactionId, TransactionRow, {}))
}

/// The debits of some transactions.
pub fn some(db: &mut Db, scope: Scope, ids: &[TransactionId]) -> Outcome<Vec<DebitRow>> {
    let found =
        debits::table.filter(debits::seller_id.eq(scope.seller())).filter(debits::transaction_id.eq_any(ids.to_vec()));
    Ok(found.select(DebitRow::as_select()).load(db)?)
}

/// A sum of debits that stand alike.
#[derive(Clone, Debug)]
pub struct DebitSum {
    pub gateway: String,
    pub state: TransactionState,
    pub count: i64,
    pub amount: Money,
}

/// The sums of all debits, or of those of a batch, by plug-in, state and currency.
pub fn sums(db: &mut Db, scope: Scope, batch: Option<DebitBatchId>) -> Outcome<Vec<DebitSum>> {
    use diesel::dsl::{count_star, sql};
    use diesel::sql_types::{BigInt, Bool};
    type Row = (String, TransactionState, Currency, i64, i64);
    let inside = debits::table
        .filter(debits::seller_id.eq(scope.seller()))
        .filter(debits::batch_id.eq(batch))
        .select(debits::transaction_id);
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::is_debit.eq(true))
        .filter(batch.is_none().into_sql::<Bool>().or(transactions::id.eq_any(inside)))
        .group_by((transactions::gateway, transactions::state, transactions::currency))
        .order((transactions::gateway, transactions::state, transactions::currency))
        .select((
            transactions::gateway,
            transactions::state,
            transactions::currency,
            count_star(),
            sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)"),
        ));
    let rows: Vec<Row> = found.load(db)?;
    let sum = |(gateway, state, currency, count, minor): Row| DebitSum {
        gateway,
        state,
        count,
        amount: Money::from_minor(minor, currency),
    };
    Ok(rows.into_iter().map(sum).collect())
}

/// The same for each of some batches.
pub fn sums_of_batches(
    db: &mut Db,
    scope: Scope,
    batches: &[DebitBatchId],
) -> Outcome<HashMap<DebitBatchId, Vec<DebitSum>>> {
    use diesel::dsl::{count_star, sql};
    use diesel::sql_types::BigInt;
    type Row = (Option<DebitBatchId>, String, TransactionState, Currency, i64, i64);
    let found = joined!(scope)
        .filter(debits::batch_id.eq_any(batches.iter().copied().map(Some).collect::<Vec<_>>()))
        .group_by((debits::batch_id, transactions::gateway, transactions::state, transactions::currency))
        .order((transactions::state, transactions::currency))
        .select((
            debits::batch_id,
            transactions::gateway,
            transactions::state,
            transactions::currency,
            count_star(),
            sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)"),
        ));
    let mut sums: HashMap<DebitBatchId, Vec<DebitSum>> = HashMap::new();
    for (batch, gateway, state, currency, count, minor) in found.load::<Row>(db)? {
        let sum = DebitSum { gateway, state, count, amount: Money::from_minor(minor, currency) };
        if let Some(batch) = batch {
            sums.entry(batch).or_default().push(sum);
        }
    }
    Ok(sums)
}

/// Notes where in its file a group of debits stands: its name, what the collections are called, and their day.
pub fn file_group(
    db: &mut Db,
    scope: Scope,
    ids: &[TransactionId],
    name: &str,
    sequence: Option<Sequence>,
    day: NaiveDate,
) -> Outcome<()> {
    for some in ids.chunks(500) {
        let theirs = debits::table
            .filter(debits::seller_id.eq(scope.seller()))
            .filter(debits::transaction_id.eq_any(some.to_vec()));
        let change = (debits::group_name.eq(Some(name)), debits::sequence.eq(sequence), debits::collect_on.eq(day));
        diesel::update(theirs).set(change).execute(db)?;
    }
    Ok(())
}

/// Notes with some debits who collected before: they tell of the change.
pub fn former_creditor(
    db: &mut Db,
    scope: Scope,
    ids: &[TransactionId],
    (name, id): (Option<&str>, Option<&str>),
) -> Outcome<()> {
    for some in ids.chunks(500) {
        let theirs = debits::table
            .filter(debits::seller_id.eq(scope.seller()))
            .filter(debits::transaction_id.eq_any(some.to_vec()));
        let change = (debits::former_creditor_name.eq(name), debits::former_creditor_id.eq(id));
        diesel::update(theirs).set(change).execute(db)?;
    }
    Ok(())
}

/// Puts debits into a batch, or out of all; nothing else may change meanwhile.
pub fn move_to(db: &mut Db, scope: Scope, ids: &[TransactionId], batch: Option<DebitBatchId>) -> Outcome<()> {
    let theirs =
        debits::table.filter(debits::seller_id.eq(scope.seller())).filter(debits::transaction_id.eq_any(ids.to_vec()));
    let moved = diesel::update(theirs).set(debits::batch_id.eq(batch)).execute(db)?;
    if moved == ids.len() { Ok(()) } else { Err(Failure::Corrupt("a debit is gone".into())) }
}
