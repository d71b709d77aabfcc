//! What the checks read: a few columns of all rows of a seller, sums made by the database.

pub mod open;
mod schet_facturas;
mod transfers;

pub use schet_facturas::{certificates, documented_sums, frozen};
pub use transfers::transfers;

use crate::schema::{
    allocations, client_credits, coupon_uses, coupons, invoice_lines, invoices, ledger_entries, ledger_postings,
    services, subscription_items, subscriptions, template_postings, transactions, usage_months, usage_records,
    waived_periods,
};
use crate::usage::{UsageMonthRow, UsageRecordRow};
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::coupons::CouponUseState;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::invoices::due::DueKind;
use comptoir_domain::ledger::{AccountCode, EntryKind};
use comptoir_domain::payments::{Books, TransactionKind, TransactionState};
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::Period;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::usage::{Record, Resource};
use comptoir_domain::verify::{
    ChargedMonth, Contract, CouponCount, CreditStep, Document, Numbered, OveruseLine, Span, Sums,
};
use comptoir_domain::{
    ClientId, CouponId, CreditId, Currency, EntryId, InvoiceId, Quantity, ServiceId, SubscriptionId,
    SubscriptionItemId, TransactionId,
};
use diesel::dsl::{count_star, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::{BTreeMap, HashMap};

/// PostgreSQL sums whole numbers into decimals.
macro_rules! total {
    ($column:literal) => {
        sql::<BigInt>(concat!("CAST(SUM(", $column, ") AS BIGINT)"))
    };
}

/// Everything that was ever charged, by item.
pub fn spans(db: &mut Db, scope: Scope) -> Outcome<Vec<Span>> {
    type Row = (SubscriptionItemId, SubscriptionId, NaiveDate, Option<NaiveDate>, NaiveDate);
    let whose = subscriptions::seller_id
        .eq(subscription_items::seller_id)
        .and(subscriptions::id.eq(subscription_items::subscription_id));
    let found: Vec<Row> = subscription_items::table
        .inner_join(subscriptions::table.on(whose))
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .order(subscription_items::id)
        .select((
            subscription_items::id,
            subscription_items::subscription_id,
            subscription_items::from_on,
            subscription_items::to_on,
            subscriptions::billed_through,
        ))
        .load(db)?;
    let span = |(item, subscription, from, to, billed_through)| Span { item, subscription, from, to, billed_through };
    Ok(found.into_iter().map(span).collect())
}

/// The charged and the waived periods of each item, in order.
pub fn periods(db: &mut Db, scope: Scope) -> Outcome<BTreeMap<SubscriptionItemId, Vec<Period>>> {
    // a set-up fee and a part of a period stand beside the periods
    let whole = [LineKind::Recurring, LineKind::AddOn, LineKind::Domain, LineKind::Certificate];
    let charged: Vec<(Option<SubscriptionItemId>, Option<NaiveDate>, Option<NaiveDate>)> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.is_not_null())
        .filter(invoice_lines::credits_line_id.is_null())
        .filter(invoice_lines::kind.eq_any(whole))
        .select((invoice_lines::item_id, invoice_lines::period_from, invoice_lines::period_to))
        .load(db)?;
    let waived: Vec<(SubscriptionItemId, NaiveDate, NaiveDate)> = waived_periods::table
        .filter(waived_periods::seller_id.eq(scope.seller()))
        .filter(waived_periods::kind.ne(DueKind::Setup))
        .select((waived_periods::item_id, waived_periods::from_on, waived_periods::to_on))
        .load(db)?;
    let charged = charged.into_iter().filter_map(|(item, from, to)| Some((item?, from?, to?)));
    let mut periods: BTreeMap<SubscriptionItemId, Vec<Period>> = BTreeMap::new();
    for (item, from, to) in charged.chain(waived) {
        periods.entry(item).or_default().push(Period { from, to });
    }
    periods.values_mut().for_each(|all| all.sort_by_key(|period| (period.from, period.to)));
    Ok(periods)
}

/// The subscriptions that have not ended.
pub fn contracts(db: &mut Db, scope: Scope) -> Outcome<Vec<Contract>> {
    let found: Vec<(SubscriptionId, NaiveDate, Option<NaiveDate>)> = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()))
        .order(subscriptions::id)
        .select((subscriptions::id, subscriptions::billed_through, subscriptions::ends_on))
        .load(db)?;
    Ok(found.into_iter().map(|(id, billed_through, ends_on)| Contract { id, billed_through, ends_on }).collect())
}

/// Every document, drafts included.
pub fn documents(db: &mut Db, scope: Scope) -> Outcome<Vec<Document>> {
    type Row = (InvoiceId, InvoiceState, (i64, i64, i64), i64, i64, Option<InvoiceId>);
    let found: Vec<Row> = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .order(invoices::id)
        .select((
            invoices::id,
            invoices::state,
            (invoices::net_minor, invoices::tax_minor, invoices::gross_minor),
            invoices::open_minor,
            invoices::refunded_minor,
            invoices::credits_invoice_id,
        ))
        .load(db)?;
    let document = |(id, state, (net, tax, gross), open, refunded, credits): Row| Document {
        id,
        sums: Sums { net, tax, gross },
        open,
        refunded,
        is_issued: state != InvoiceState::Draft,
        credits,
    };
    Ok(found.into_iter().map(document).collect())
}

/// What the lines of each document sum to.
pub fn line_sums(db: &mut Db, scope: Scope) -> Outcome<HashMap<InvoiceId, Sums>> {
    let found: Vec<(InvoiceId, i64, i64, i64)> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .group_by(invoice_lines::invoice_id)
        .select((
            invoice_lines::invoice_id,
            total!("invoice_lines.net_minor"),
            total!("invoice_lines.tax_minor"),
            total!("invoice_lines.gross_minor"),
        ))
        .load(db)?;
    Ok(found.into_iter().map(|(id, net, tax, gross)| (id, Sums { net, tax, gross })).collect())
}

/// How much was paid of each invoice, by money or credit.
pub fn allocated(db: &mut Db, scope: Scope) -> Outcome<HashMap<InvoiceId, i64>> {
    let found: Vec<(InvoiceId, i64)> = allocations::table
        .filter(allocations::seller_id.eq(scope.seller()))
        .group_by(allocations::invoice_id)
        .select((allocations::invoice_id, total!("allocations.amount_minor")))
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// The numbered documents.
pub fn numbered(db: &mut Db, scope: Scope) -> Outcome<Vec<Numbered>> {
    type Row = (Option<String>, Option<i64>, Option<String>, Option<NaiveDate>);
    let found: Vec<Row> = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::number.is_not_null())
        .select((invoices::series, invoices::sequence, invoices::number, invoices::issued_on))
        .load(db)?;
    let numbered = found.into_iter().filter_map(|(series, count, number, issued_on)| {
        Some(Numbered { series: series?, count: u64::try_from(count?).ok()?, number: number?, issued_on: issued_on? })
    });
    Ok(numbered.collect())
}

/// How many entries there are, and those that book nothing, with what they are about.
pub fn entries(db: &mut Db, scope: Scope) -> Outcome<(i64, Vec<(EntryId, String)>)> {
    let count = ledger_entries::table.filter(ledger_entries::seller_id.eq(scope.seller())).count().get_result(db)?;
    let posted =
        ledger_postings::table.filter(ledger_postings::seller_id.eq(scope.seller())).select(ledger_postings::entry_id);
    let empty = ledger_entries::table
        .filter(ledger_entries::seller_id.eq(scope.seller()))
        .filter(ledger_entries::id.ne_all(posted))
        .select((ledger_entries::id, ledger_entries::subject_id))
        .load(db)?;
    Ok((count, empty))
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    ledger_entries::subject_id,
    ledger_postings::debit,
    ledger_postings::credit,
    ledger_postings::currency,
);

/// What was moved between two accounts for one subject: subject, debit, credit, currency, minor units.
pub type Movement = (String, AccountCode, AccountCode, Currency, i64);

/// What entries of some kinds have moved, by subject.
pub fn movements(db: &mut Db, scope: Scope, kinds: &[EntryKind]) -> Outcome<Vec<Movement>> {
    let of_entry =
        ledger_entries::seller_id.eq(ledger_postings::seller_id).and(ledger_entries::id.eq(ledger_postings::entry_id));
    let found = ledger_postings::table
        .inner_join(ledger_entries::table.on(of_entry))
        .filter(ledger_postings::seller_id.eq(scope.seller()))
        .filter(ledger_entries::kind.eq_any(kinds.to_vec()))
        .group_by((
            ledger_entries::subject_id,
            ledger_postings::debit,
            ledger_postings::credit,
            ledger_postings::currency,
        ))
        .select((
            ledger_entries::subject_id,
            ledger_postings::debit,
            ledger_postings::credit,
            ledger_postings::currency,
            total!("ledger_postings.amount_minor"),
        ));
    Ok(found.load(db)?)
}

/// What flowed through an account in each currency: debits minus credits.
pub fn account(db: &mut Db, scope: Scope, account: AccountCode) -> Outcome<BTreeMap<Currency, i64>> {
    let moved = ledger_postings::table
        .filter(ledger_postings::seller_id.eq(scope.seller()))
        .filter(ledger_postings::debit.eq(account).or(ledger_postings::credit.eq(account)))
        .group_by((ledger_postings::debit, ledger_postings::credit, ledger_postings::currency))
        .select((
            ledger_postings::debit,
            ledger_postings::credit,
            ledger_postings::currency,
            total!("ledger_postings.amount_minor"),
        ));
    let moved: Vec<(AccountCode, AccountCode, Currency, i64)> = moved.load(db)?;
    let mut balances = BTreeMap::new();
    for (debit, _, currency, amount) in moved {
        *balances.entry(currency).or_default() += if debit == account { amount } else { -amount };
    }
    Ok(balances)
}

/// Payments that are in the books and were taken, whatever was given back of them, what was charged back, or refunds that
/// were begun and have not failed, with their amounts: a refund leaves the client's credit when it is begun.
pub fn money_moved(db: &mut Db, scope: Scope, kind: TransactionKind) -> Outcome<Vec<(TransactionId, i64)>> {
    let counts = |state: &TransactionState| match kind {
        TransactionKind::Payment => state.is_taken() || *state == TransactionState::Refunded,
        TransactionKind::Chargeback => state.is_taken(),
        TransactionKind::Refund => state.is_taken() || state.is_under_way(),
    };
    let counted: Vec<_> = TransactionState::ALL.iter().copied().filter(counts).collect();
    let booked: Vec<_> = Books::ALL.iter().copied().filter(|books| books.has(kind)).collect();
    let found = transactions::table
        .filter(transactions::seller_id.eq(scope.seller()))
        .filter(transactions::kind.eq(kind))
        .filter(transactions::state.eq_any(counted))
        .filter(transactions::books.eq_any(booked))
        .select((transactions::id, transactions::amount_minor));
    Ok(found.load(db)?)
}

/// The coupons with their counters and the uses that stand.
pub fn coupons(db: &mut Db, scope: Scope) -> Outcome<Vec<CouponCount>> {
    type Row = (CouponId, i32, Option<i32>, Option<i32>);
    let rows: Vec<Row> = coupons::table
        .filter(coupons::seller_id.eq(scope.seller()))
        .order(coupons::id)
        .select((coupons::id, coupons::uses, coupons::max_uses, coupons::max_uses_per_client))
        .load(db)?;
    let uses: Vec<(CouponId, ClientId, i64)> = coupon_uses::table
        .filter(coupon_uses::seller_id.eq(scope.seller()))
        .filter(coupon_uses::state.ne(CouponUseState::Released))
        .group_by((coupon_uses::coupon_id, coupon_uses::client_id))
        .select((coupon_uses::coupon_id, coupon_uses::client_id, count_star()))
        .load(db)?;
    let mut by_coupon: HashMap<CouponId, Vec<i64>> = HashMap::new();
    uses.into_iter().for_each(|(coupon, _, count)| by_coupon.entry(coupon).or_default().push(count));
    let count = |(id, counter, most, most_per_client): Row| CouponCount {
        id,
        counter: counter.into(),
        uses: by_coupon.remove(&id).unwrap_or_default(),
        most,
        most_per_client,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// What templates of plans have booked, as it is kept with the lines: for which document, from which account to which.
pub fn template_postings(db: &mut Db, scope: Scope) -> Outcome<Vec<Movement>> {
    let of_line =
        invoice_lines::seller_id.eq(template_postings::seller_id).and(invoice_lines::id.eq(template_postings::line_id));
    let found = template_postings::table
        .inner_join(invoice_lines::table.on(of_line))
        .filter(template_postings::seller_id.eq(scope.seller()))
        .select((
            invoice_lines::invoice_id,
            template_postings::debit,
            template_postings::credit,
            template_postings::currency,
            template_postings::amount_minor,
        ));
    let found: Vec<(InvoiceId, _, _, _, _)> = found.load(db)?;
    let named = |(document, debit, credit, currency, minor): (InvoiceId, _, _, _, _)| {
        (document.to_string(), debit, credit, currency, minor)
    };
    Ok(found.into_iter().map(named).collect())
}

/// The movements of credit in the order in which they were made, with the currency of each.
pub fn credit_steps(db: &mut Db, scope: Scope) -> Outcome<Vec<(Currency, CreditStep)>> {
    type Row = (CreditId, ClientId, Currency, i64, i64);
    let found: Vec<Row> = client_credits::table
        .filter(client_credits::seller_id.eq(scope.seller()))
        .order(client_credits::id)
        .select((
            client_credits::id,
            client_credits::client_id,
            client_credits::currency,
            client_credits::amount_minor,
            client_credits::balance_minor,
        ))
        .load(db)?;
    let step = |(id, client, currency, amount, balance): Row| {
        (currency, CreditStep { id, account: format!("{client} {currency}"), amount, balance })
    };
    Ok(found.into_iter().map(step).collect())
}

/// How many services there are, and those that are called settled and are not.
pub fn services(db: &mut Db, scope: Scope) -> Outcome<(i64, Vec<ServiceId>)> {
    let count = services::table.filter(services::seller_id.eq(scope.seller())).count().get_result(db)?;
    let wrong = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::is_settled.eq(true))
        .filter(services::desired.ne(services::observed))
        .select(services::id)
        .load(db)?;
    Ok((count, wrong))
}

/// What was charged for overuse, with the reports of each month that was charged; how many reports there are at all.
pub fn charged_months(db: &mut Db, scope: Scope) -> Outcome<(usize, Vec<ChargedMonth>)> {
    let all = usage_records::table.filter(usage_records::seller_id.eq(scope.seller()));
    let count: i64 = all.count().get_result(db)?;
    let charged =
        usage_months::table.filter(usage_months::seller_id.eq(scope.seller())).filter(usage_months::units.gt(0));
    let of_charged = usage_months::table
        .filter(usage_months::seller_id.eq(usage_records::seller_id))
        .filter(usage_months::subscription_id.eq(usage_records::subscription_id))
        .filter(usage_months::resource.eq(usage_records::resource))
        .filter(usage_months::from_on.eq(usage_records::month_from))
        .filter(usage_months::units.gt(0));
    let mut records: HashMap<(SubscriptionId, Resource, NaiveDate), Vec<Record>> = HashMap::new();
    for row in all.filter(exists(of_charged)).select(UsageRecordRow::as_select()).load::<UsageRecordRow>(db)? {
        records.entry((row.subscription_id, row.resource, row.month_from)).or_default().push(row.record());
    }
    let rows: Vec<UsageMonthRow> = charged.select(UsageMonthRow::as_select()).load(db)?;
    let month = |row: UsageMonthRow| {
        Ok(ChargedMonth {
            subscription: row.subscription_id,
            resource: row.resource,
            month: Period { from: row.from_on, to: row.to_on },
            terms: row.terms()?,
            units: u64::try_from(row.units).unwrap_or_default(),
            records: records.remove(&(row.subscription_id, row.resource, row.from_on)).unwrap_or_default(),
        })
    };
    Ok((usize::try_from(count).unwrap_or_default(), rows.into_iter().map(month).collect::<Outcome<_>>()?))
}

/// The lines that charge overuse, those of credit notes aside.
pub fn overuse_lines(db: &mut Db, scope: Scope) -> Outcome<Vec<OveruseLine>> {
    let found: Vec<(Option<SubscriptionId>, Option<NaiveDate>, Quantity)> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::kind.eq(LineKind::Overuse))
        .filter(invoice_lines::credits_line_id.is_null())
        .select((invoice_lines::subscription_id, invoice_lines::period_from, invoice_lines::quantity))
        .load(db)?;
    Ok(found.into_iter().filter_map(|(subscription, from, quantity)| Some((subscription?, from?, quantity))).collect())
}
