//! ProcessSuspensions (EVT-02): reminds, suspends, hands to debt collection and cancels, each once per invoice, by the
//! policy of the client's group or else the seller's.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView, apart};
use crate::events::sweep::{Sweep, Swept};
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::mails::{About, Mail, enqueue_about};
use crate::subscriptions::cancel::end;
use crate::subscriptions::hold::{collect, place_hold};
use crate::webhooks;
use chrono::{NaiveDate, TimeDelta};
use comptoir_db::dunning::{self, StepRow};
use comptoir_db::events::EventRow;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::subscriptions::{HoldRow, open_holds};
use comptoir_db::{Db, Failure, Outcome, client_groups, clients, settings, subscriptions};
use comptoir_domain::dunning::{Debt, DunningPolicy, Step, steps};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::mails::MailKind;
use comptoir_domain::subscriptions::{HoldKind, hand_over, place};
use comptoir_domain::{ClientId, InvoiceId, SubscriptionId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;

/// Invoices in one transaction.
const CHUNK: i64 = 200;

/// An unpaid invoice and whose it is.
#[derive(Clone, Copy)]
struct Unpaid {
    client: ClientId,
    invoice: InvoiceId,
}

impl Display for Unpaid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.invoice.fmt(out)
    }
}

const DUNNING: Sweep<Unpaid> = Sweep { trouble: "An unpaid invoice could not be dunned", page: due, work: dun };

/// Duns what is unpaid, of one seller or of all.
pub async fn process_suspensions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let Swept { done, parked } = DUNNING.run(state, event).await?;
    Ok(json!({ "steps": done, "parked": parked }))
}

/// The seller's policy, and the day by which an invoice has to be due to have a step today: the earliest reminder of
/// any policy, be it a group's, lies before the due day.
fn policy(db: &mut Db, ctx: &Ctx) -> Outcome<(DunningPolicy, NaiveDate)> {
    let (scope, today) = (ctx.scope, ctx.today());
    let sellers = settings::read(db, scope)?.value.0.dunning;
    let groups = client_groups::dunning_policies(db, scope)?;
    let reminders = groups.iter().chain([&sellers]).flat_map(|policy| &policy.reminders);
    let ahead = reminders.copied().min().unwrap_or(0).min(0);
    let due_by = today.checked_sub_signed(TimeDelta::days(ahead.into())).unwrap_or(today);
    Ok((sellers, due_by))
}

/// The next unpaid invoices about which there is something to do today. Most have nothing: nobody waits for those.
fn due(db: &mut Db, ctx: &Ctx, after: Option<Unpaid>) -> Outcome<Vec<Unpaid>> {
    let (policy, due_by) = policy(db, ctx)?;
    let mut after = after.map(|unpaid| unpaid.invoice);
    loop {
        let rows = invoices::unpaid(db, ctx.scope, due_by, after, CHUNK)?;
        let Some(last) = rows.last() else { return Ok(Vec::new()) };
        after = Some(last.id);
        // where one cannot be decided about, the work finds out which
        let about = decide(db, ctx, &policy, &rows).ok().map(|decided| decided.invoices());
        let wanted = rows.iter().filter(|row| about.as_ref().is_none_or(|about| about.contains(&row.id)));
        let wanted: Vec<_> = wanted.map(|row| Unpaid { client: row.client_id, invoice: row.id }).collect();
        if !wanted.is_empty() {
            return Ok(wanted);
        }
    }
}

/// Takes today's steps about some invoices; says how many there were.
fn dun(tx: &mut Db, ctx: &Ctx, part: &[Unpaid]) -> Outcome<usize> {
    let clients = BTreeSet::from_iter(part.iter().map(|unpaid| unpaid.client));
    let clients = Vec::from_iter(clients);
    clients::lock_many(tx, ctx.scope, &clients)?;
    let ids: Vec<InvoiceId> = part.iter().map(|unpaid| unpaid.invoice).collect();
    let rows = invoices::lock_many(tx, ctx.scope, &ids)?;
    let (policy, _) = policy(tx, ctx)?;
    let decided = decide(tx, ctx, &policy, &rows)?;
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
    for (id, invoice) in &decided.collected {
        collect(tx, ctx, *id, &reason(invoice))?;
    }
    Ok(decided.steps.len())
}

/// What is to be done today about some unpaid invoices: steps of invoices, and subscriptions with the invoice for which
/// it is done.
#[derive(Default)]
struct Decided<'a> {
    steps: Vec<(&'a InvoiceRow, Debt, Step)>,
    /// To suspend.
    held: BTreeMap<SubscriptionId, &'a InvoiceRow>,
    /// To hand to debt collection.
    collected: BTreeMap<SubscriptionId, &'a InvoiceRow>,
    /// To end.
    ended: BTreeMap<SubscriptionId, &'a InvoiceRow>,
}

impl Decided<'_> {
    /// The invoices about which something is done.
    fn invoices(&self) -> BTreeSet<InvoiceId> {
        let on = self.held.values().chain(self.collected.values()).chain(self.ended.values()).map(|row| row.id);
        self.steps.iter().map(|(row, ..)| row.id).chain(on).collect()
    }
}

/// Works out what is to be done today; reads only.
fn decide<'a>(db: &mut Db, ctx: &Ctx, policy: &DunningPolicy, rows: &'a [InvoiceRow]) -> Outcome<Decided<'a>> {
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let mut done = dunning::of(db, ctx.scope, &ids)?;
    let charged = invoices::charged_subscriptions(db, ctx.scope, &ids)?;
    let clients: Vec<ClientId> = rows.iter().map(|row| row.client_id).collect();
    let places = client_groups::members(db, ctx.scope, &clients)?;
    let mut decided = Decided::default();
    for row in rows {
        let place = places.get(&row.client_id);
        let place = place.ok_or_else(|| Failure::Corrupt(format!("{} is in no group", row.client_id)))?;
        let policy = place.dunning(policy);
        let exempt = place.terms().exempt_from_suspension;
        let debt = debt(row, exempt, done.remove(&row.id).unwrap_or_default());
        let theirs = charged.iter().filter(|(invoice, _)| *invoice == row.id).map(|(_, id)| (*id, row));
        let today = steps(policy, &debt, ctx.today());
        // also who was let in by hand while nothing was paid
        let stays_shut = debt.unpaid && !exempt && policy.suspend_after.is_some();
        if stays_shut && debt.done.contains_key(&Step::Suspend) || today.contains(&Step::Suspend) {
            decided.held.extend(theirs.clone());
        }
        if today.contains(&Step::Collections) {
            decided.collected.extend(theirs.clone());
        }
        if today.contains(&Step::Cancel) {
            decided.ended.extend(theirs);
        }
        decided.steps.extend(today.into_iter().map(|step| (row, debt.clone(), step)));
    }
    leave_alone(db, ctx, &mut decided)?;
    Ok(decided)
}

/// Strikes out what has ended or ends now, what is held for an unpaid invoice already, and from debt collection what
/// is not suspended for debt.
fn leave_alone(db: &mut Db, ctx: &Ctx, decided: &mut Decided<'_>) -> Outcome<()> {
    let Decided { held, collected, ended, .. } = decided;
    let ids: Vec<_> = held.keys().chain(collected.keys()).chain(ended.keys()).copied().collect();
    let rows = subscriptions::find_many(db, ctx.scope, &ids)?;
    let mut holds: HashMap<SubscriptionId, Vec<HoldRow>> = HashMap::new();
    for hold in subscriptions::holds_of(db, ctx.scope, &ids)? {
        holds.entry(hold.subscription_id).or_default().push(hold);
    }
    for row in rows {
        let holds = open_holds(holds.get(&row.id).map_or(&[], Vec::as_slice));
        if row.status.is_ended() {
            ended.remove(&row.id);
        }
        if row.status.is_ended() || ended.contains_key(&row.id) || holds.contains(&HoldKind::Overdue) {
            held.remove(&row.id);
        }
        let shut = if held.contains_key(&row.id) { place(row.status, &holds, HoldKind::Overdue).ok() } else { None };
        let (status, holds) = shut.map_or((row.status, holds), |change| (change.status, change.holds));
        if ended.contains_key(&row.id) || hand_over(status, &holds).is_none() {
            collected.remove(&row.id);
        }
    }
    Ok(())
}

fn reason(invoice: &InvoiceRow) -> String {
    format!("invoice {} is overdue", invoice.number.as_deref().unwrap_or_default())
}

/// Which reminders, suspensions, hand-overs and cancellations there would be.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let (policy, _) = policy(db, ctx)?;
    DUNNING.look(db, ctx, |db, part| {
        let ids: Vec<InvoiceId> = part.iter().map(|unpaid| unpaid.invoice).collect();
        let rows = invoices::find_many(db, ctx.scope, &ids)?;
        let pieces = |db: &mut Db, part: &[InvoiceRow]| Ok(pieces(&decide(db, ctx, &policy, part)?));
        let (pieces, sick) = apart(db, &rows, &pieces)?;
        pieces.into_iter().try_for_each(|piece| seen.add(piece))?;
        sick.iter().try_for_each(|(row, failure)| seen.park(row.id, failure))
    })
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
    let collected = decided.collected.iter().map(on(ForeseenAction::HandOver));
    ended.chain(decided.steps.iter().filter_map(reminder)).chain(held).chain(collected).collect()
}

fn debt(row: &InvoiceRow, exempt: bool, done: BTreeMap<Step, NaiveDate>) -> Debt {
    Debt {
        issued_on: row.issued_on.unwrap_or_default(),
        due_on: row.due_on.unwrap_or_default(),
        unpaid: !row.payable().is_zero(),
        exempt,
        done,
    }
}

/// Writes the steps down, and the mails to those who are reminded.
fn write_steps(tx: &mut Db, ctx: &Ctx, taken: &[(&InvoiceRow, Debt, Step)], parties: &Parties) -> Outcome<()> {
    let (mut rows, mut mails, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for (row, debt, step) in taken {
        if let Step::Remind(days) = step {
            mails.push((About::document(row.client_id, row.id), reminder(parties, row, debt, *days)?));
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
    enqueue_about(tx, ctx.scope, ctx.now, mails).map(|_| ())
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
