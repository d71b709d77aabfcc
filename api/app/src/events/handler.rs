//! Who does which kind of event: one line per kind. A kind without a line is neither scheduled nor claimed.
//!
//! A handler may run more than once for one event (a crash, a retry), so it is written such that a second run changes
//! nothing that the first has done.

use crate::activities::export::process_action_log;
use crate::bank::process::process_batch_files;
use crate::dunning::suspend::process_suspensions;
use crate::dunning::unsuspend::process_unsuspensions;
use crate::encryption::reencrypt::reencrypt;
use crate::events::purge::{purge_events, purge_idempotency_keys};
use crate::fraud::{report_fraud, screen_order};
use crate::invoices::process::process_invoices;
use crate::kernel::state::AppState;
use crate::orders::expire::expire_orders;
use crate::payment_methods::expiry::process_expired_credit_cards;
use crate::payment_methods::forget_method;
use crate::payment_queue::process::{process_payment_queue, run_payment_queue};
use crate::payments::poll::check_payments;
use crate::plans::move_run::move_subscriptions;
use crate::sandboxes::prepare::prepare_sandbox;
use crate::sandboxes::remove::remove_sandbox;
use crate::sandboxes::travel::advance_sandbox;
use crate::schet_facturas::process::process_schet_facturas;
use crate::services::handle::{process_sync, sync_service};
use crate::subscriptions::apply_due::process_changes;
use crate::subscriptions::bulk_run::change_subscriptions;
use crate::subscriptions::end_due::process_cancellation;
use crate::subscriptions::expire_due::process_expirations;
use crate::taxes::vat_numbers::{check_vat_number, recheck_vat_numbers};
use crate::usage::process::process_usage;
use crate::verify::run::run_verification;
use comptoir_db::Failure;
use comptoir_db::events::EventRow;
use comptoir_domain::events::EventKind;
use comptoir_domain::{Instant, Problem};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

/// The future of a handler: an object that says what was done, or why not.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Value, EventFailure>> + Send + 'a>>;
type Handler = Arc<dyn for<'a> Fn(&'a AppState, &'a EventRow) -> Work<'a> + Send + Sync>;

/// Why an attempt did not succeed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventFailure {
    /// Whether to try again.
    pub retry: Retry,
    /// For people.
    pub message: String,
}

/// When to try again, while attempts are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// After a while, longer each time.
    BackOff,
    /// At this instant of the event's clock.
    At(Instant),
    /// Not at all: it would fail in the same way.
    Never,
}

impl EventFailure {
    /// A failure that may be over next time.
    pub fn passing(message: impl Into<String>) -> Self {
        Self { retry: Retry::BackOff, message: message.into() }
    }

    /// A failure that stays until a person does something.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { retry: Retry::Never, message: message.into() }
    }
}

/// What a use case refuses may be allowed later, and databases recover.
impl From<Failure> for EventFailure {
    fn from(failure: Failure) -> Self {
        Self::passing(failure.to_string())
    }
}

impl From<Problem> for EventFailure {
    fn from(problem: Problem) -> Self {
        Self::passing(problem.to_string())
    }
}

/// Handlers by kind.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<EventKind, Handler>);

impl Handlers {
    /// All there are.
    pub fn standard() -> Self {
        use EventKind::*;
        Self::default()
            .on(ProcessUsage, |state, event| Box::pin(process_usage(state, event)))
            .on(ProcessCancellation, |state, event| Box::pin(process_cancellation(state, event)))
            .on(ProcessExpirations, |state, event| Box::pin(process_expirations(state, event)))
            .on(ProcessChanges, |state, event| Box::pin(process_changes(state, event)))
            .on(ProcessInvoices, |state, event| Box::pin(process_invoices(state, event)))
            .on(ProcessSchetFacturas, |state, event| Box::pin(process_schet_facturas(state, event)))
            .on(ProcessPaymentQueue, |state, event| Box::pin(process_payment_queue(state, event)))
            .on(ProcessBatchFiles, |state, event| Box::pin(process_batch_files(state, event)))
            .on(RunPaymentQueue, |state, event| Box::pin(run_payment_queue(state, event)))
            .on(CheckPayments, |state, event| Box::pin(check_payments(state, event)))
            .on(ForgetMethod, |state, event| Box::pin(forget_method(state, event)))
            .on(ProcessSuspensions, |state, event| Box::pin(process_suspensions(state, event)))
            .on(ProcessUnsuspensions, |state, event| Box::pin(process_unsuspensions(state, event)))
            .on(ProcessExpiredCreditCards, |state, event| Box::pin(process_expired_credit_cards(state, event)))
            .on(ExpireOrders, |state, event| Box::pin(expire_orders(state, event)))
            .on(ProcessActionLog, |state, event| Box::pin(process_action_log(state, event)))
            .on(ProcessSync, |state, event| Box::pin(process_sync(state, event)))
            .on(ProvisionService, |state, event| Box::pin(sync_service(state, event)))
            .on(SuspendService, |state, event| Box::pin(sync_service(state, event)))
            .on(UnsuspendService, |state, event| Box::pin(sync_service(state, event)))
            .on(TerminateService, |state, event| Box::pin(sync_service(state, event)))
            .on(ChangeService, |state, event| Box::pin(sync_service(state, event)))
            .on(CheckVatNumber, |state, event| Box::pin(check_vat_number(state, event)))
            .on(RecheckVatNumbers, |state, event| Box::pin(recheck_vat_numbers(state, event)))
            .on(ScreenOrder, |state, event| Box::pin(screen_order(state, event)))
            .on(ReportFraud, |state, event| Box::pin(report_fraud(state, event)))
            .on(PrepareSandbox, |state, event| Box::pin(prepare_sandbox(state, event)))
            .on(AdvanceSandbox, |state, event| Box::pin(advance_sandbox(state, event)))
            .on(RemoveSandbox, |state, event| Box::pin(remove_sandbox(state, event)))
            .on(ChangeSubscriptions, |state, event| Box::pin(change_subscriptions(state, event)))
            .on(MoveSubscriptions, |state, event| Box::pin(move_subscriptions(state, event)))
            .on(Reencrypt, |state, event| Box::pin(reencrypt(state, event)))
            .on(Verify, |state, event| Box::pin(run_verification(state, event)))
            .on(PurgeEvents, |state, _| Box::pin(purge_events(state)))
            .on(PurgeIdempotencyKeys, |state, _| Box::pin(purge_idempotency_keys(state)))
    }

    /// With one more.
    pub fn on<F>(mut self, kind: EventKind, work: F) -> Self
    where
        F: for<'a> Fn(&'a AppState, &'a EventRow) -> Work<'a> + Send + Sync + 'static,
    {
        self.0.insert(kind, Arc::new(work));
        self
    }

    /// Only those of some kinds.
    pub fn only(&self, wanted: impl Fn(EventKind) -> bool) -> Self {
        Self(self.0.iter().filter(|(kind, _)| wanted(**kind)).map(|(kind, work)| (*kind, Arc::clone(work))).collect())
    }

    /// Whether someone does this kind.
    pub fn has(&self, kind: EventKind) -> bool {
        self.0.contains_key(&kind)
    }

    /// What can be done.
    pub fn kinds(&self) -> Vec<EventKind> {
        self.0.keys().copied().collect()
    }

    /// Does the work of an event.
    pub async fn run(&self, state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
        match self.0.get(&event.kind) {
            Some(work) => work(state, event).await,
            None => Err(EventFailure::lasting(format!("nothing here does {}", event.kind))),
        }
    }
}
