//! To-dos: what a person has to look at (SEL-12).

text_enum! {
    /// Whether someone still has to look.
    pub enum TodoState {
        /// To be looked at.
        Open = "open",
        /// Dealt with.
        Done = "done",
    }
}

text_enum! {
    /// What a to-do is about.
    pub enum TodoKind {
        /// Written by a person.
        ByHand = "by_hand",
        /// An event was given up.
        EventFailed = "event_failed",
        /// What was ordered could not be set up.
        ProvisioningFailed = "provisioning_failed",
        /// An order waits to be accepted, or to be set up.
        OrderWaits = "order_waits",
        /// An order may be a fraud.
        FraudSuspected = "fraud_suspected",
        /// The scorer of the fraud check does not work, or will not for long.
        FraudScorer = "fraud_scorer",
        /// A registrar refused or did not answer.
        RegistrarFailed = "registrar_failed",
        /// A payment may or may not have happened.
        PaymentUnknown = "payment_unknown",
        /// Stored methods cannot be charged at a gateway.
        GatewayUnusable = "gateway_unusable",
        /// A payer wants money back, or has got it.
        PaymentDisputed = "payment_disputed",
        /// A card that is to be charged has expired.
        CardExpired = "card_expired",
        /// The mandate of an account that is to be debited has lapsed.
        MandateLapsed = "mandate_lapsed",
        /// A mandate between businesses waits until its payer's bank knows it.
        MandateUnregistered = "mandate_unregistered",
        /// A correction says that less was used than was charged.
        OveruseCorrected = "overuse_corrected",
        /// A client could not be billed.
        BillingParked = "billing_parked",
        /// The buyer of an order may be elsewhere than he says.
        TaxEvidence = "tax_evidence",
        /// Stored secrets wait for a new key.
        ReencryptionNeeded = "reencryption_needed",
        /// Charges wait for the pass-phrase.
        PassPhraseWanted = "pass_phrase_wanted",
    }
}
