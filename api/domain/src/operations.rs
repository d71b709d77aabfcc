//! Long work that someone has asked for and looks at from time to time.

text_enum! {
    /// What is done.
    pub enum OperationKind {
        /// Checking that what is stored can be true.
        Verify = "verify",
        /// Changing many subscriptions.
        ChangeSubscriptions = "change_subscriptions",
        /// Moving subscriptions to another version of their prices.
        MoveSubscriptions = "move_subscriptions",
        /// Charging what is due to stored payment methods.
        RunPaymentQueue = "run_payment_queue",
        /// Sealing stored payment methods under the newest key.
        Reencrypt = "reencrypt",
    }
}

text_enum! {
    /// Where an operation stands.
    pub enum OperationState {
        /// It waits for a worker.
        Queued = "queued",
        /// A worker is at it.
        Running = "running",
        /// It is done: see its result.
        Succeeded = "succeeded",
        /// It was given up or called off: see its error.
        Failed = "failed",
    }
}
