//! Having the queue run (PAY-05): what would be charged, and charging it, now or at a time.

use crate::encryption::locked;
use crate::events::control::call_off_waiting;
use crate::kernel::call::{Actor, Ctx};
use crate::kernel::{Answer, Body, Call, Reply};
use crate::operations::start::start_at;
use crate::operations::views::OperationView;
use crate::payment_queue::plan::Means;
use crate::payment_queue::process::{collection, each_due};
use crate::payment_queue::views::{PaymentQueuePreviewView, PaymentQueueView};
use crate::payment_queue::wanted::Wanted;
use actix_web::post;
use chrono::{NaiveDate, TimeDelta};
use comptoir_db::entity::in_order;
use comptoir_db::{Db, Failure, Outcome, clients};
use comptoir_domain::collection::{ChargeReason, CollectionAction, Terms};
use comptoir_domain::encryption::KeyState;
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::OperationKind;
use comptoir_domain::permissions::may;
use comptoir_domain::settings::CollectionSettings;
use comptoir_domain::stores::check_choices;
use comptoir_domain::{Check, ClientId, Instant, Money, Problem};
use std::collections::BTreeMap;

/// So many charges of a preview are shown.
const SHOWN: usize = 100;

/// How far ahead a run can be set.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// What to charge. What is left out is as the seller has settled it.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"reasons": ["declined", "errored"], "due_by": "2026-12-31", "at_most": 50, "client_ids": ["cli_000g40o40k30e209185go38e1s"]}))]
pub struct PaymentQueueRun {
    /// Which invoices: of which nothing was tried, whose last try was declined, or failed at the gateway. By hand, pauses
    /// after a refusal are not waited for.
    #[schema(min_items = 1, max_items = 3)]
    pub reasons: Option<Vec<ChargeReason>>,
    /// Whether only what is due; otherwise whatever is unpaid.
    pub only_when_due: Option<bool>,
    /// What is due by this day; as many days ahead as is settled if absent.
    pub due_by: Option<NaiveDate>,
    /// So many invoices at most; 0 for all.
    #[schema(maximum = 1_000_000)]
    pub at_most: u32,
    /// Whether the other invoices of a client are tried after one was refused, as far as they are no higher.
    pub smaller_amounts: Option<bool>,
    /// Whether the money is taken, or reserved only.
    pub action: Option<CollectionAction>,
    /// Only what these clients owe.
    #[schema(min_items = 1, max_items = 500)]
    pub client_ids: Option<Vec<ClientId>>,
    /// Whether runs by hand that wait for their time are called off first.
    pub clear_first: Option<bool>,
    /// When to run, within a year; now if absent. What is charged is what is due then.
    pub run_at: Option<Instant>,
}

impl PaymentQueueRun {
    /// Refuses what makes no sense.
    fn check(&self, db: &mut Db, ctx: &Ctx) -> Outcome<()> {
        let mut check = Check::new();
        if let Some(reasons) = &self.reasons {
            check_choices(&mut check, "/reasons", reasons, 1);
        }
        let of_use = self.due_by.is_none() || self.only_when_due != Some(false);
        check.ensure(of_use, "/due_by", "not_wanted", "a day, or whatever the day, not both");
        check.ensure(self.at_most <= 1_000_000, "/at_most", "out_of_range", "at most 1,000,000, or 0 for all");
        if let Some(ids) = &self.client_ids {
            check_choices(&mut check, "/client_ids", ids, 1);
            check.ensure(ids.len() <= 500, "/client_ids", "too_many", "at most 500");
        }
        let in_time = self.run_at.is_none_or(|at| (ctx.now..=ctx.now.plus(AHEAD)).contains(&at));
        check.ensure(in_time, "/run_at", "out_of_range", "from now to a year ahead");
        check.done()?;
        if let Some(ids) = &self.client_ids {
            in_order(ids, clients::some(db, ctx.scope, ids)?, |row| row.id)?;
        }
        Ok(())
    }

    /// With what the seller has settled where it says nothing.
    fn settled(self, settings: &CollectionSettings) -> Self {
        let reasons = settings.terms(NaiveDate::default()).reasons;
        Self {
            reasons: Some(self.reasons.unwrap_or(reasons)),
            only_when_due: Some(self.only_when_due.unwrap_or(settings.only_when_due || self.due_by.is_some())),
            smaller_amounts: Some(self.smaller_amounts.unwrap_or(settings.smaller_amounts)),
            action: Some(self.action.unwrap_or(settings.action)),
            ..self
        }
    }

    /// The run that it asks for, on a day.
    pub fn wanted(&self, settings: &CollectionSettings, today: NaiveDate) -> Wanted {
        let usual = Wanted::usual(settings, today);
        let only_when_due = self.only_when_due.unwrap_or(settings.only_when_due);
        let due_by = self.due_by.unwrap_or(settings.due_by(today));
        let reasons = self.reasons.clone().unwrap_or(usual.terms.reasons);
        Wanted {
            terms: Terms { reasons, due_by: only_when_due.then_some(due_by), pauses: None },
            clients: self.client_ids.clone(),
            most: Some(self.at_most).filter(|most| *most > 0),
            smaller_amounts: self.smaller_amounts.unwrap_or(usual.smaller_amounts),
            action: self.action.unwrap_or(usual.action),
            by_hand: true,
            ..usual
        }
    }
}

/// What a worker is to charge, and in whose name.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct QueueOrder {
    /// The kind and the id of whoever asked.
    by: (String, String),
    /// The same for people.
    by_name: String,
    /// What.
    pub run: PaymentQueueRun,
}

impl QueueOrder {
    /// Whoever asked acts again, at the present of the worker.
    pub fn acting(&self, system: Ctx) -> Result<Ctx, Problem> {
        let actor = Actor::of_words(&self.by.0, &self.by.1).ok_or_else(Problem::not_found)?;
        Ok(Ctx { actor, actor_name: self.by_name.clone(), ..system })
    }
}

/// See what a run of the payment queue would charge
///
/// By the same decisions as the run, if nothing were refused. Nothing is written and nobody is called; `clear_first` and
/// `run_at` change nothing here.
#[utoipa::path(tag = "payment_queue", request_body = PaymentQueueRun, responses((status = 200, body = PaymentQueuePreviewView, description = "What would be charged")))]
#[post("/v1/payment-queue/preview")]
pub async fn preview_payment_queue(call: Call<may::ReadPayments>, body: Body<PaymentQueueRun>) -> Answer {
    let (run, means) = (body.into_inner(), Means::of(call.state()));
    let seen = call.read(move |db, ctx| {
        run.check(db, ctx)?;
        let wanted = run.wanted(&collection(db, ctx.scope)?, ctx.today());
        let (mut count, mut amounts, mut charges) = (0, BTreeMap::new(), Vec::new());
        each_due(db, ctx, &means, &wanted, |due| {
            count += 1;
            let amount = due.part.amount;
            let sum = amounts.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
            *sum = sum.plus(amount).map_err(Problem::from)?;
            if charges.len() < SHOWN {
                charges.push(PaymentQueueView::from(due));
            }
            Ok(())
        })?;
        Ok(PaymentQueuePreviewView { count, amounts: amounts.into_values().collect(), charges })
    });
    Ok(Reply::ok(&seen.await?))
}

/// Run the payment queue
///
/// Needs an `Idempotency-Key`. The result of the operation says how many charges were approved, authorised, refused, or are
/// not decided yet. Runs that wait for their time are events of the kind `run_payment_queue`. Behind a pass-phrase, that has to be
/// entered first (`encryption_locked`).
#[utoipa::path(tag = "payment_queue", request_body = PaymentQueueRun, responses((status = 202, body = OperationView, description = "The operation")))]
#[post("/v1/payment-queue/run")]
pub async fn run_payment_queue(call: Call<may::WritePayments>, body: Body<PaymentQueueRun>) -> Answer {
    let (run, keyring) = (body.into_inner(), call.state().keyring.clone());
    call.write_once(move |tx, ctx| {
        run.check(tx, ctx)?;
        let is_locked = keyring.keys(tx, ctx.scope, ctx.machine_now)?.state() == KeyState::Locked;
        if run.run_at.is_none() && is_locked {
            return Err(locked(ctx).into());
        }
        let settings = collection(tx, ctx.scope)?;
        if run.clear_first.unwrap_or(settings.clear_first) {
            call_off_waiting(tx, ctx, EventKind::RunPaymentQueue)?;
        }
        let (kind, id) = ctx.actor.words();
        let run_at = run.run_at;
        let order =
            QueueOrder { by: (kind.into(), id), by_name: ctx.actor_name.clone(), run: run.clone().settled(&settings) };
        let payload = serde_json::to_value(&order).map_err(|error| Failure::Corrupt(error.to_string()))?;
        start_at(tx, ctx, OperationKind::RunPaymentQueue, (EventKind::RunPaymentQueue, run_at), payload)
    })
    .await
}
