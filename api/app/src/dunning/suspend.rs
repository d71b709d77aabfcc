//! ProcessSuspensions (EVT-02): reminds, suspends and cancels, each once per invoice.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::mails::{Mail, enqueue};
use crate::subscriptions::cancel::end;
use crate::subscriptions::hold::place_hold;
use chrono::{NaiveDate, TimeDelta};
use comptoir_db::dunning::{self, StepRow};
use comptoir_db::events::EventRow;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::{Db, Outcome, clients, settings, subscriptions};
use comptoir_domain::dunning::{Debt, DunningPolicy, Step, steps};
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
    let mut done = dunning::of(tx, ctx.scope, &ids)?;
    let charged = invoices::charged_subscriptions(tx, ctx.scope, &ids)?;
    let parties = Parties::load(tx, ctx, &clients)?;
    let mut now = Today { ctx, charged: &charged, parties: &parties, steps: Vec::new(), mails: Vec::new() };
    let mut held = BTreeMap::new();
    for row in &rows {
        let debt = debt(row, done.remove(&row.id).unwrap_or_default());
        let unpaid_since_suspended =
            debt.unpaid && policy.suspend_after.is_some() && debt.done.contains_key(&Step::Suspend);
        if unpaid_since_suspended {
            // who was let in by hand while nothing was paid
            held.extend(now.subscriptions(row.id).map(|id| (id, row)));
        }
        for step in steps(policy, &debt, ctx.today()) {
            if step == Step::Suspend {
                held.extend(now.subscriptions(row.id).map(|id| (id, row)));
            }
            now.take(tx, row, &debt, step)?;
        }
    }
    let Today { steps, mails, .. } = now;
    dunning::insert(tx, &steps)?;
    enqueue(tx, ctx.scope, ctx.now, mails)?;
    hold(tx, ctx, held)?;
    Ok(steps.len())
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

/// Holds subscriptions for an unpaid invoice, unless they are held for that already.
fn hold(tx: &mut Db, ctx: &Ctx, wanted: BTreeMap<SubscriptionId, &InvoiceRow>) -> Outcome<()> {
    let ids: Vec<_> = wanted.keys().copied().collect();
    let holds = subscriptions::holds_of(tx, ctx.scope, &ids)?;
    let overdue = holds.iter().filter(|hold| hold.kind == HoldKind::Overdue && hold.lifted_at.is_none());
    let held: BTreeSet<SubscriptionId> = overdue.map(|hold| hold.subscription_id).collect();
    for (id, invoice) in wanted.into_iter().filter(|(id, _)| !held.contains(id)) {
        let reason = format!("invoice {} is overdue", invoice.number.as_deref().unwrap_or_default());
        place_hold(tx, ctx, id, HoldKind::Overdue, &reason)?;
    }
    Ok(())
}

/// What is done today.
struct Today<'a> {
    ctx: &'a Ctx,
    charged: &'a BTreeSet<(InvoiceId, SubscriptionId)>,
    parties: &'a Parties,
    steps: Vec<StepRow>,
    mails: Vec<Mail<'a>>,
}

impl<'a> Today<'a> {
    fn subscriptions(&self, of: InvoiceId) -> impl Iterator<Item = SubscriptionId> + use<'a> {
        self.charged.iter().filter(move |(invoice, _)| *invoice == of).map(|(_, subscription)| *subscription)
    }

    fn take(&mut self, tx: &mut Db, row: &InvoiceRow, debt: &Debt, step: Step) -> Outcome<()> {
        let ctx = self.ctx;
        match step {
            Step::Remind(days) => self.mails.push(self.reminder(row, debt, days)?),
            Step::Suspend => {}
            Step::Cancel => {
                for id in self.subscriptions(row.id) {
                    let mut subscription = subscriptions::lock(tx, ctx.scope, id)?;
                    if !subscription.status.is_ended() {
                        end(tx, ctx, &mut subscription, "not paid")?;
                    }
                }
            }
        }
        let fact = json!({ "step": step.to_string(), "number": row.number, "client_id": row.client_id });
        ctx.record(tx, "invoice.dunned", row.id, fact)?;
        self.steps.push(StepRow {
            seller_id: ctx.scope.seller(),
            invoice_id: row.id,
            step: step.to_string(),
            happened_on: ctx.today(),
            created_at: ctx.now,
        });
        Ok(())
    }

    fn reminder(&self, row: &InvoiceRow, debt: &Debt, days: i16) -> Outcome<Mail<'a>> {
        let (client, contact) = self.parties.buyer(row.client_id)?;
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
}
