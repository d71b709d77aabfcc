//! Stored payment methods (PAY-07): what they are, and what becomes of one that its bank or gateway wants to see the client for.

text_enum! {
    /// What a stored method is.
    pub enum MethodKind {
        /// A card, which its gateway keeps.
        Card = "card",
        /// A bank account.
        BankAccount = "bank_account",
        /// What a client has agreed to at a gateway: a wallet there.
        Agreement = "agreement",
    }
}

text_enum! {
    /// Where it stands with a method that its client has to agree to at a page of his bank or of the gateway.
    pub enum SetupState {
        /// The client has yet to agree, or it has not been asked what he did.
        Open = "open",
        /// The method is stored.
        Done = "done",
        /// The client, the bank or the gateway has refused.
        Declined = "declined",
        /// The client did not come back in time.
        Abandoned = "abandoned",
    }
}
