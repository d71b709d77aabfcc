//! What the entries of the books are about.

text_enum! {
    /// The movement that an entry books.
    pub enum EntryKind {
        /// An invoice was issued.
        InvoiceIssued = "invoice_issued",
        /// A credit note was issued.
        CreditNote = "credit_note",
        /// A credit note took back what was paid already: it is the client's credit now.
        OverCredited = "over_credited",
        /// A payment arrived.
        PaymentReceived = "payment_received",
        /// Money was given back.
        Refund = "refund",
        /// Money that was to be given back could not be.
        RefundFailed = "refund_failed",
        /// Credit was given as goodwill.
        CreditGranted = "credit_granted",
        /// Credit paid an invoice.
        CreditApplied = "credit_applied",
        /// The seller gave up on an invoice.
        WriteOff = "write_off",
        /// A bank took a payment back.
        Chargeback = "chargeback",
        /// A part of deferred revenue was earned.
        RevenueRecognised = "revenue_recognised",
        /// What a plan's template books when the plan is invoiced, or takes back when that is credited.
        PlanTemplate = "plan_template",
        /// Credit changed its currency.
        Exchange = "exchange",
    }
}
