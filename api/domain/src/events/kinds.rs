//! The table of all kinds of work: recurring ones (EVT-02) and those about one object (EVT-03).

use super::EventClock::{self, Business, Machine};
use super::schedule::Schedule;

text_enum! {
    /// What a kind of event belongs to.
    pub enum EventGroup {
        /// Invoices.
        Billing = "billing",
        /// Money coming in.
        Payments = "payments",
        /// Contracts and what is delivered for them.
        Subscriptions = "subscriptions",
        /// Domain names at registrars.
        Domains = "domains",
        /// Taxes and the numbers of those who pay them.
        Taxes = "taxes",
        /// The record of who did what.
        Audit = "audit",
        /// Copies of a seller in which things are tried.
        Sandboxes = "sandboxes",
        /// The installation itself; the provider's alone.
        House = "house",
    }
}

text_enum! {
    /// Whom work speaks to outside.
    pub enum EventConnector {
        /// The control panel that serves web sites.
        Panel = "panel",
        /// The registrars of domain names.
        Registrar = "registrar",
        /// The gateways that take payments.
        Gateway = "gateway",
        /// Whoever says how likely an order is a fraud.
        Scorer = "scorer",
    }
}

macro_rules! kinds {
    ($($name:ident = $word:literal, $group:ident, $clock:ident, $tries:literal, $cron:expr, $title:literal;)+) => {
        text_enum! {
            /// A kind of event.
            pub enum EventKind { $(#[doc = $title] $name = $word),+ }
        }

        impl EventKind {
            /// One line for people.
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),+ } }
            /// What it belongs to.
            pub const fn group(self) -> EventGroup { match self { $(Self::$name => EventGroup::$group),+ } }
            /// By which clock it is due.
            pub const fn clock(self) -> EventClock { match self { $(Self::$name => $clock),+ } }
            /// How often it is tried before it is given up.
            pub const fn max_attempts(self) -> i32 { match self { $(Self::$name => $tries),+ } }
            const fn cron(self) -> Option<&'static str> { match self { $(Self::$name => $cron),+ } }
        }
    };
}

// The periods are the guide's; the hours of the daily ones follow each other in the order in which one feeds the next.
kinds! {
    // recurring
    ProcessUsage = "process_usage", Subscriptions, Business, 5, Some("0 5 0 * * *"), "Give notice of what is used, and hold what uses too much";
    ProcessCancellation = "process_cancellation", Subscriptions, Business, 5, Some("0 10 0 * * *"), "End subscriptions whose end has come";
    ProcessChanges = "process_changes", Subscriptions, Business, 5, Some("0 12 0 * * *"), "Make the changes of subscriptions whose day has come";
    ProcessInvoices = "process_invoices", Billing, Business, 5, Some("0 15 0 * * *"), "Invoice what is due";
    ProcessExpirations = "process_expirations", Subscriptions, Business, 5, Some("0 20 0 * * *"), "Suspend subscriptions whose validity is over";
    ProcessSchetFacturas = "process_schet_facturas", Billing, Business, 5, Some("0 30 0 * * *"), "Write and send schet-facturas";
    ProcessPaymentQueue = "process_payment_queue", Payments, Business, 5, Some("0 0 * * * *"), "Collect what is due from stored payment methods";
    ProcessBatchFiles = "process_batch_files", Payments, Business, 5, Some("0 0 2 * * *"), "Prepare bank files";
    ProcessSuspensions = "process_suspensions", Subscriptions, Business, 5, Some("0 0 3 * * *"), "Remind, and suspend what stays unpaid";
    ExpireOrders = "expire_orders", Billing, Business, 5, Some("0 */10 * * * *"), "Give up orders that nobody paid in time";
    ProcessUnsuspensions = "process_unsuspensions", Subscriptions, Business, 5, Some("0 */20 * * * *"), "Let back in what has been paid";
    ProcessExpiredCreditCards = "process_expired_credit_cards", Payments, Business, 5, Some("0 0 4 * * 1"), "Write to owners of cards that expire soon and of mandates that lapse";
    ProcessDomainSynchronization = "process_domain_synchronization", Domains, Business, 5, Some("0 30 4 * * 1"), "Read the expiry of domains from the registrars";
    RecheckVatNumbers = "recheck_vat_numbers", Taxes, Business, 5, Some("0 40 * * * *"), "Ask again about VAT numbers";
    ProcessActionLog = "process_action_log", Audit, Business, 5, Some("0 0 5 1 1,4,7,10 *"), "Move old activities to files";
    ProcessSync = "process_sync", Subscriptions, Machine, 3, Some("0 */5 * * * *"), "Bring panels and subscriptions together";
    PurgeEvents = "purge_events", House, Machine, 3, Some("0 30 5 * * *"), "Forget events that were closed long ago";
    PurgeIdempotencyKeys = "purge_idempotency_keys", House, Machine, 3, Some("0 45 5 * * *"), "Forget answers to requests that nobody repeats any more";
    // about one object
    RegisterDomain = "register_domain", Domains, Machine, 8, None, "Register a domain";
    RenewDomain = "renew_domain", Domains, Machine, 8, None, "Renew a domain";
    TransferDomain = "transfer_domain", Domains, Machine, 8, None, "Transfer a domain";
    ProvisionService = "provision_service", Subscriptions, Machine, 8, None, "Set up what was ordered";
    SuspendService = "suspend_service", Subscriptions, Machine, 8, None, "Shut a service";
    UnsuspendService = "unsuspend_service", Subscriptions, Machine, 8, None, "Open a service again";
    TerminateService = "terminate_service", Subscriptions, Machine, 8, None, "Remove a service";
    ChangeService = "change_service", Subscriptions, Machine, 8, None, "Change a service to another plan";
    RunPaymentQueue = "run_payment_queue", Payments, Business, 5, None, "Charge what somebody wants to have charged";
    CheckPayments = "check_payments", Payments, Business, 5, None, "Ask gateways about payments whose outcome nobody knows";
    ForgetMethod = "forget_method", Payments, Machine, 8, None, "Have a gateway forget a payment method";
    GenerateInvoice = "generate_invoice", Billing, Business, 5, None, "Invoice one client";
    CheckVatNumber = "check_vat_number", Taxes, Business, 5, None, "Ask about the VAT number of a client";
    ScreenOrder = "screen_order", Payments, Machine, 5, None, "Ask how likely an order is a fraud";
    ReportFraud = "report_fraud", Payments, Machine, 8, None, "Tell the scorer what an order turned out to be";
    PrepareSandbox = "prepare_sandbox", Sandboxes, Machine, 3, None, "Copy a seller into a sandbox";
    AdvanceSandbox = "advance_sandbox", Sandboxes, Machine, 5, None, "Live through time in a sandbox";
    RemoveSandbox = "remove_sandbox", Sandboxes, Machine, 8, None, "Remove what a sandbox has left";
    ChangeSubscriptions = "change_subscriptions", Subscriptions, Machine, 5, None, "Change many subscriptions";
    MoveSubscriptions = "move_subscriptions", Subscriptions, Machine, 3, None, "Move subscriptions to other prices";
    Reencrypt = "reencrypt", Payments, Machine, 8, None, "Seal stored payment methods under the newest key";
    Verify = "verify", Audit, Machine, 3, None, "Check that what is stored can be true";
}

impl EventKind {
    /// When it is due if nobody changes that; `None` for what is about one object.
    pub fn schedule(self) -> Option<Schedule> {
        self.cron().and_then(Schedule::delivered)
    }

    pub(super) const fn pattern(self) -> Option<&'static str> {
        self.cron()
    }

    /// Whether it can be switched off. What others have been promised cannot: that who has paid is let back in, that what
    /// was ordered is set up, that a change or an end comes on its day, that unpaid orders give back what they reserve.
    pub const fn can_rest(self) -> bool {
        use EventKind::*;
        !matches!(
            self,
            ProcessUnsuspensions
                | ProcessSync
                | ProcessChanges
                | ProcessCancellation
                | ProcessExpirations
                | ExpireOrders
        )
    }

    /// Whether it comes again by itself.
    pub const fn is_recurring(self) -> bool {
        self.cron().is_some()
    }

    /// Whom it speaks to outside; nothing for what is done in the house.
    pub const fn connector(self) -> Option<EventConnector> {
        use EventKind::*;
        match self {
            ProcessSync | ProvisionService | SuspendService | UnsuspendService | TerminateService | ChangeService => {
                Some(EventConnector::Panel)
            }
            ProcessDomainSynchronization | RegisterDomain | RenewDomain | TransferDomain => {
                Some(EventConnector::Registrar)
            }
            ProcessPaymentQueue | RunPaymentQueue | CheckPayments | ForgetMethod => Some(EventConnector::Gateway),
            ScreenOrder | ReportFraud => Some(EventConnector::Scorer),
            _ => None,
        }
    }

    /// Whether a seller can have it done for itself alone.
    pub fn is_for_sellers(self) -> bool {
        self.group() != EventGroup::House
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EVT-02 names twelve recurring kinds.
    #[test]
    fn all_recurring_kinds_of_the_guide_are_there() {
        let words = "process_invoices process_payment_queue process_suspensions process_unsuspensions process_usage \
            process_cancellation process_expired_credit_cards process_domain_synchronization process_batch_files \
            process_action_log process_sync process_schet_facturas";
        for word in words.split_whitespace() {
            assert!(word.parse::<EventKind>().is_ok_and(EventKind::is_recurring), "{word}");
        }
    }

    #[test]
    fn what_recurs_has_a_schedule_that_can_be_read() {
        for kind in EventKind::ALL {
            assert_eq!(kind.schedule().is_some(), kind.is_recurring(), "{kind}");
        }
        assert!(EventKind::ProcessSuspensions.can_rest() && !EventKind::ProcessUnsuspensions.can_rest());
    }

    #[test]
    fn every_kind_is_tried() {
        for kind in EventKind::ALL {
            assert!((1..=20).contains(&kind.max_attempts()), "{kind}");
            assert!(!kind.title().is_empty(), "{kind}");
        }
    }
}
