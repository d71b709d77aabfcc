//! ProcessSuspensions (EVT-02): reminds, suspends and cancels, each once per invoice.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView, apart};
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::mails::{Mail, enqueue};
use crate::subscriptions::cancel::end;
use crate::subscriptions::hold::place_hold;
use crate::webhooks;
use chrono::{NaiveDate, TimeDelta};
use comptoir_db::dunning::{self, StepRow};
use comptoir_db::events::EventRow;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::{Db, Outcome, clients, settings, subscriptions};
use comptoir_domain::dunning::{Debt, DunningPolicy, Step, steps};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::mails::MailKind;
use comptoir_domain::subscriptions::HoldKind;
use comptoir_domain::{ClientId, InvoiceId, SubscriptionId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Invoices in one transaction.
const CHUNK: i64 = 200;

/// Duns what is unpaid, of one seller or of all.
pub async fn process_suspensions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (mut taken, mut parked) = (0, 0);
    for ctx in for_sellers(state, event).await? {
        let (scope, today) = (ctx.scope, ctx.today());
        let policy = state.store.read(move |db| settings::read(db, scope)).await?.value.0.dunning;
        let due_by = first_day(&policy, today);
        let mut after = None;
        loop {
            let next = move |db: &mut Db| invoices::unpaid(db, scope, due_by, after, CHUNK);
            let unpaid: Vec<(ClientId, InvoiceId)> =
                state.store.read(next).await?.iter().map(|row| (row.client_id, row.id)).collect();
            let Some((_, last)) = unpaid.last() else { break };
            after = Some(*last);
            let (dunning, policy) = (ctx.clone(), policy.clone());
            let (count, sick) = isolate(state, unpaid, move |tx, part| dun(tx, &dunning, &policy, part)).await?;
            taken += count;
            parked += sick.len();
            for ((_, invoice), failure) in sick {
                park(state, &ctx, "An unpaid invoice could not be dunned", invoice.to_string(), &failure).await?;
            }
        }
    }
    Ok(json!({ "steps": taken, "parked": parked }))
}

/// Invoices that are due by this day may have a step today: the earliest reminder lies before the due day.
fn first_day(policy: &DunningPolicy, today: NaiveDate) -> NaiveDate {
    let ahead = policy.reminders.iter().copied().min().unwrap_or(0).min(0);
    today.checked_sub_signed(TimeDelta::days(ahead.into())).unwrap_or(today)
}

/// Takes today's steps about some invoices; says how many there were.
fn dun(tx: &mut Db, ctx: &Ctx, policy: &DunningPolicy, part: &[(ClientId, InvoiceId)]) -> Outcome<usize> {
    let clients = BTreeSet::from_iter(part.iter().map(|(client, _)| *client));
    let clients = Vec::from_iter(clients);
    clients::lock_many(tx, ctx.scope, &clients)?;
    let ids: Vec<InvoiceId> = part.iter().map(|(_, invoice)| *invoice).collect();
    let rows = invoices::lock_many(tx, ctx.scope, &ids)?;
    let decided = decide(tx, ctx, policy, &rows)?;
    let parties = Parties::load(tx, ctx, &clients)?;
    for id in decided.ended.keys() {
        let mut subscription = subscriptions::lock(tx, ctx.scope, *id)?;
        if !subscription.status.is_ended() {
            end(tx, ctx, &mut subscription, "not paid")?;
        }
    }
    write_steps(tx, ctx, &decided.steps, &parties)?;
    for (id, invoice) in &decided.held {
        place_hold(tx, ctx, *id, HoldKind::Overdue, &reason(invoice))?;
    }
    Ok(decided.steps.len())
}

/// What is to be done today about some unpaid invoices.
struct Decided<'a> {
    steps: Vec<(&'a InvoiceRow, Debt, Step)>,
    /// The subscriptions to suspend, each with the invoice that it is for.
    held: BTreeMap<SubscriptionId, &'a InvoiceRow>,
    /// The subscriptions to end.
    ended: BTreeMap<SubscriptionId, &'a InvoiceRow>,
}

/// Works out what is to be done today; reads only.
fn decide<'a>(db: &mut Db, ctx: &Ctx, policy: &DunningPolicy, rows: &'a [InvoiceRow]) -> Outcome<Decided<'a>> {
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let mut done = dunning::of(db, ctx.scope, &ids)?;
    let charged = invoices::charged_subscriptions(db, ctx.scope, &ids)?;
    let (mut taken, mut held, mut ended) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let debt = debt(row, done.remove(&row.id).unwrap_or_default());
        let theirs = charged.iter().filter(|(invoice, _)| *invoice == row.id).map(|(_, id)| (*id, row));
        let today = steps(policy, &debt, ctx.today());
        // also who was let in by hand while nothing was paid
        let suspended_before = debt.unpaid && policy.suspend_after.is_some() && debt.done.contains_key(&Step::Suspend);
        if suspended_before || today.contains(&Step::Suspend) {
            held.extend(theirs.clone());
        }
        if today.contains(&Step::Cancel) {
            ended.extend(theirs);
        }
        taken.extend(today.into_iter().map(|step| (row, debt.clone(), step)));
    }
    leave_alone(db, ctx, &mut held, &mut ended)?;
    Ok(Decided { steps: taken, held, ended })
}

/// Strikes out what has ended or ends now, and what is held for an unpaid invoice already.
fn leave_alone(
    db: &mut Db,
    ctx: &Ctx,
    held: &mut BTreeMap<SubscriptionId, &InvoiceRow>,
    ended: &mut BTreeMap<SubscriptionId, &InvoiceRow>,
) -> Outcome<()> {
    let ids: Vec<_> = held.keys().chain(ended.keys()).copied().collect();
    let rows = subscriptions::find_many(db, ctx.scope, &ids)?;
    let over: BTreeSet<_> = rows.iter().filter(|row| row.status.is_ended()).map(|row| row.id).collect();
    let holds = subscriptions::holds_of(db, ctx.scope, &ids)?;
    let overdue = holds.iter().filter(|hold| hold.kind == HoldKind::Overdue && hold.lifted_at.is_none());
    let overdue: BTreeSet<_> = overdue.map(|hold| hold.subscription_id).collect();
    ended.retain(|id, _| !over.contains(id));
    held.retain(|id, _| !over.contains(id) && !overdue.contains(id) && !ended.contains_key(id));
    Ok(())
}

fn reason(invoice: &InvoiceRow) -> String {
    format!("invoice {} is overdue", invoice.number.as_deref().unwrap_or_default())
}

/// Which reminders, suspensions and cancellations there would be.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let policy = settings::read(db, ctx.scope)?.value.0.dunning;
    let due_by = first_day(&policy, ctx.today());
    let mut after = None;
    loop {
        let rows = invoices::unpaid(db, ctx.scope, due_by, after, CHUNK)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        let pieces = |db: &mut Db, part: &[InvoiceRow]| Ok(pieces(&decide(db, ctx, &policy, part)?));
        let (pieces, sick) = apart(db, &rows, &pieces)?;
        pieces.into_iter().try_for_each(|piece| seen.add(piece))?;
        sick.iter().try_for_each(|(row, failure)| seen.park(row.id, failure))?;
    }
}

/// A step of an invoice, or the subscriptions that it is taken on.
fn pieces(decided: &Decided<'_>) -> Vec<ForeseenView> {
    let reminder = |(row, _, step): &(&InvoiceRow, Debt, Step)| {
        let Step::Remind(days) = step else { return None };
        let number = row.number.as_deref().unwrap_or_default();
        let due_on = row.due_on.unwrap_or_default();
        let summary = format!("{number}, due {due_on}: the reminder of day {days}");
        Some(ForeseenView::new(row.id, ForeseenAction::Remind, summary).amount(row.payable()))
    };
    let on = |action: ForeseenAction| {
        move |(id, row): (&SubscriptionId, &&InvoiceRow)| ForeseenView::new(id, action, reason(row))
    };
    let ended = decided.ended.iter().map(on(ForeseenAction::Cancel));
    let held = decided.held.iter().map(on(ForeseenAction::Suspend));
    ended.chain(decided.steps.iter().filter_map(reminder)).chain(held).collect()
}

fn debt(row: &InvoiceRow, done: BTreeMap<Step, NaiveDate>) -> Debt {
    Debt {
        issued_on: row.issued_on.unwrap_or_default(),
        due_on: row.due_on.unwrap_or_default(),
        unpaid: !row.payable().is_zero(),
        exempt: false,
        done,
    }
}

/// Writes the steps down, and the mails to those who are reminded.
fn write_steps(tx: &mut Db, ctx: &Ctx, taken: &[(&InvoiceRow, Debt, Step)], parties: &Parties) -> Outcome<()> {
    let (mut rows, mut mails, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for (row, debt, step) in taken {
        if let Step::Remind(days) = step {
            mails.push(reminder(parties, row, debt, *days)?);
        }
        let fact = json!({ "step": step.to_string(), "number": row.number, "client_id": row.client_id });
        facts.push(ctx.fact("invoice.dunned", row.id, fact));
        rows.push(StepRow {
            seller_id: ctx.scope.seller(),
            invoice_id: row.id,
            step: step.to_string(),
            happened_on: ctx.today(),
            created_at: ctx.now,
        });
    }
    webhooks::append(tx, &facts)?;
    dunning::insert(tx, &rows)?;
    enqueue(tx, ctx.scope, ctx.now, mails)
}

fn reminder<'a>(parties: &'a Parties, row: &InvoiceRow, debt: &Debt, days: i16) -> Outcome<Mail<'a>> {
    let (client, contact) = parties.buyer(row.client_id)?;
    let earlier = debt.done.keys().filter(|step| matches!(step, Step::Remind(_))).count();
    Ok(Mail {
        kind: MailKind::InvoiceReminder,
        unique_key: format!("invoice_reminder:{}:{days}", row.id),
        recipient: &contact.email,
        locale: client.locale,
        format: contact.mail_format,
        variables: json!({
            "invoiceNumber": row.number, "invoiceAmount": row.payable(), "invoiceDateDue": row.due_on,
            "reminderNumber": earlier + 1,
        }),
    })
}
