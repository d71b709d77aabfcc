//! What has been done about unpaid invoices: each step once.

use crate::paging::foreign_cursor;
use crate::schema::{dunning_steps, invoice_lines, invoices, subscription_holds};
use crate::{Cursor, Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::dunning::Step;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::subscriptions::HoldKind;
use comptoir_domain::{ClientId, Instant, InvoiceId, SellerId, SubscriptionId};
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// A step that was taken.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dunning_steps)]
pub struct StepRow {
    pub seller_id: SellerId,
    pub invoice_id: InvoiceId,
    pub step: String,
    pub happened_on: NaiveDate,
    pub created_at: Instant,
}

/// Writes steps down.
pub fn insert(db: &mut Db, rows: &[StepRow]) -> Outcome<()> {
    insert_many!(db, dunning_steps::table, rows);
    Ok(())
}

/// The steps taken about some invoices. A word that is no step any more is left out.
pub fn of(db: &mut Db, scope: Scope, invoices: &[InvoiceId]) -> Outcome<HashMap<InvoiceId, BTreeMap<Step, NaiveDate>>> {
    let found = dunning_steps::table
        .filter(dunning_steps::seller_id.eq(scope.seller()))
        .filter(dunning_steps::invoice_id.eq_any(invoices.to_vec()));
    let mut steps: HashMap<InvoiceId, BTreeMap<Step, NaiveDate>> = HashMap::new();
    for row in found.select(StepRow::as_select()).load::<StepRow>(db)? {
        if let Ok(step) = row.step.parse() {
            steps.entry(row.invoice_id).or_default().insert(step, row.happened_on);
        }
    }
    Ok(steps)
}

/// A step, and the number of its invoice.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct TakenRow {
    #[diesel(embed)]
    pub taken: StepRow,
    #[diesel(select_expression = invoices::number)]
    pub number: Option<String>,
}

/// What was done about the invoices of a client. Steps have no id: they are told apart by time, invoice and word.
pub fn of_client(db: &mut Db, scope: Scope, client: ClientId, page: &Page) -> Outcome<Slice<TakenRow>> {
    use dunning_steps::{created_at, invoice_id, step};
    let of_invoice = invoices::seller_id.eq(dunning_steps::seller_id).and(invoices::id.eq(invoice_id));
    let mut query = dunning_steps::table
        .inner_join(invoices::table.on(of_invoice))
        .filter(dunning_steps::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq(client))
        .select(TakenRow::as_select())
        .into_boxed::<DbBackend>();
    if let Some(after) = &page.after {
        let (at, id, word) = place(after)?;
        query = if page.descending {
            let same = created_at.eq(at).and(invoice_id.lt(id).or(invoice_id.eq(id).and(step.lt(word))));
            query.filter(created_at.lt(at).or(same))
        } else {
            let same = created_at.eq(at).and(invoice_id.gt(id).or(invoice_id.eq(id).and(step.gt(word))));
            query.filter(created_at.gt(at).or(same))
        };
    }
    query = if page.descending {
        query.order((created_at.desc(), invoice_id.desc(), step.desc()))
    } else {
        query.order((created_at, invoice_id, step))
    };
    let rows = query.limit(page.limit + 1).load::<TakenRow>(db)?;
    Ok(Slice::cut(rows, page, |row| Cursor {
        value: row.taken.created_at.to_string(),
        id: format!("{}/{}", row.taken.invoice_id, row.taken.step),
    }))
}

fn place(cursor: &Cursor) -> Outcome<(Instant, InvoiceId, String)> {
    let at = cursor.value.parse().map_err(|_| foreign_cursor())?;
    let (id, word) = cursor.id.split_once('/').ok_or_else(foreign_cursor)?;
    Ok((at, id.parse().map_err(|_| foreign_cursor())?, word.into()))
}

/// Subscriptions of a seller that are held because an invoice is overdue, while no invoice of theirs that was to
/// suspend them is unpaid any more.
pub fn to_let_back_in(
    db: &mut Db,
    scope: Scope,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Outcome<Vec<SubscriptionId>> {
    let still_owed = invoice_lines::table
        .inner_join(
            invoices::table
                .on(invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id))),
        )
        .inner_join(
            dunning_steps::table
                .on(dunning_steps::seller_id.eq(invoices::seller_id).and(dunning_steps::invoice_id.eq(invoices::id))),
        )
        .filter(invoice_lines::seller_id.eq(subscription_holds::seller_id))
        .filter(invoice_lines::subscription_id.eq(subscription_holds::subscription_id.nullable()))
        .filter(dunning_steps::step.eq(Step::Suspend.to_string()))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .filter(invoices::open_minor.gt(0))
        .filter(invoices::is_written_off.eq(false));
    let mut held = subscription_holds::table
        .filter(subscription_holds::seller_id.eq(scope.seller()))
        .filter(subscription_holds::kind.eq(HoldKind::Overdue))
        .filter(subscription_holds::lifted_at.is_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(still_owed)))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        held = held.filter(subscription_holds::subscription_id.gt(after));
    }
    let ids = held.select(subscription_holds::subscription_id).order(subscription_holds::subscription_id).limit(limit);
    Ok(ids.load(db)?)
}
