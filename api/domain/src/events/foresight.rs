//! What a dry run says (EVT-06): the words for what would be done.

use super::EventKind;

text_enum! {
    /// One thing that a run would do.
    pub enum ForeseenAction {
        /// Issue an invoice to a client.
        Invoice = "invoice",
        /// Write a schet-factura.
        Document = "document",
        /// Ask a gateway what became of a payment.
        CheckPayment = "check_payment",
        /// End what a client has not agreed to in time, unless its gateway says that he has.
        EndSetup = "end_setup",
        /// Charge an invoice to a stored payment method.
        Charge = "charge",
        /// Make the file of a batch of direct debits.
        CloseBatch = "close_batch",
        /// Take a direct debit for paid that nobody has sent back.
        SettleDebit = "settle_debit",
        /// Remind of an unpaid invoice.
        Remind = "remind",
        /// Write that much is used.
        Notify = "notify",
        /// Write that a stored card expires.
        WarnOfCard = "warn_of_card",
        /// Write to the payer of a mandate that lapses.
        WarnOfMandate = "warn_of_mandate",
        /// Suspend a subscription.
        Suspend = "suspend",
        /// Hand a subscription that is suspended to debt collection.
        HandOver = "hand_over",
        /// Lift the hold of a subscription that has been paid, or uses less again.
        LetBackIn = "let_back_in",
        /// Deliver a subscription on the terms that were agreed for this day.
        Change = "change",
        /// End a subscription.
        Cancel = "cancel",
        /// Close a subscription whose agreed cycles are over.
        Complete = "complete",
        /// Give up an order that nobody paid.
        Expire = "expire",
        /// Move old activities to files.
        Archive = "archive",
        /// Have a service set up.
        Provision = "provision",
        /// Have a service shut.
        SuspendService = "suspend_service",
        /// Have a service opened again.
        ResumeService = "resume_service",
        /// Have a service changed.
        ChangeService = "change_service",
        /// Have a service removed.
        RemoveService = "remove_service",
        /// Remind a person of a service that only a person delivers.
        AskAPerson = "ask_a_person",
        /// Read what a service uses.
        Measure = "measure",
        /// Ask about a VAT number.
        CheckVatNumber = "check_vat_number",
        /// Ask how likely an order is a fraud.
        ScreenOrder = "screen_order",
        /// Forget what nobody needs any more.
        Forget = "forget",
        /// Put what cannot be done before a person.
        Park = "park",
    }
}

impl ForeseenAction {
    /// The work on a service.
    pub const fn on_service(work: EventKind) -> Self {
        match work {
            EventKind::ProvisionService => Self::Provision,
            EventKind::SuspendService => Self::SuspendService,
            EventKind::UnsuspendService => Self::ResumeService,
            EventKind::TerminateService => Self::RemoveService,
            _ => Self::ChangeService,
        }
    }
}
