//! The port to whoever takes money: one small trait, and optional groups for what only some gateways can do.
//!
//! The caller commits its own [`Reference`] before it calls. The same reference twice is one payment and one answer,
//! and after [`crate::Kind::Unknown`] the caller asks [`Lookup::fetch`] before it does anything else (PAY-11); a
//! gateway without that group gets a to-do instead. Every answer names amount and currency, to be compared with what
//! was asked ([`Payment::agrees_with`]). A refusal by the bank is an answer ([`Outcome::Declined`]), not an error.

mod answers;
pub mod authorizenet;
pub mod axerve;
pub mod bluepay;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod debit;
pub mod fake;
pub mod fiserv;
pub mod manual;
mod numbers;
pub mod paypal;
mod raw;
pub mod redsys;
pub mod registry;
mod requests;
pub mod retired;
pub mod sips;
pub mod stripe;
pub mod worldpay;
pub mod worldpay_xml;

pub use answers::{
    AMOUNT_DIFFERS, ClientAction, Decline, Dispute, DisputeState, Kept, MethodKind, Outcome, Payment, PaymentEvent,
    Refund, SavedMethod,
};
pub use requests::{
    Begun, Callback, CaptureRequest, Card, Entry, InvalidReference, KeepRequest, Payer, PaymentRequest, PaymentSource,
    Presence, Reference, RefundRequest, Take,
};

use crate::bank::BatchFile;
use crate::error::{ConnectorError, Kind, Result};
use async_trait::async_trait;
use comptoir_domain::bank::{BankTerms, Bic, CreditorId, DebitPlugin, Iban, SddScheme};
use comptoir_domain::{Currency, Instant};
use secrecy::SecretString;

/// Takes payments. `at` in every call is the caller's clock; gateways that sign or date their calls need it.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Whether it can take this currency.
    fn takes(&self, currency: Currency) -> bool;

    /// Where clients enter what they pay with.
    fn entries(&self) -> &'static [Entry];

    /// Whether it is gone, and then what stands in its place: nothing can be begun there, and whatever else is asked of it is
    /// recorded, not sent.
    fn retired(&self) -> Option<&'static str> {
        None
    }

    /// Asks something that changes nothing, to see whether address and credentials are right.
    async fn probe(&self, at: Instant) -> Result<()>;

    /// Begins a payment, and finishes it where the source allows. A repeated reference begins nothing and gets
    /// the payment as it stands; with another amount it is a `Conflict`.
    async fn start(&self, request: &PaymentRequest) -> Result<Payment>;

    /// Asking what became of a payment.
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    /// Giving money back.
    fn refunds(&self) -> Option<&dyn Refunds> {
        None
    }

    /// Reserving first ([`Take::Reserve`]) and taking later.
    fn captures(&self) -> Option<&dyn Captures> {
        None
    }

    /// Releasing a reserved amount.
    fn voids(&self) -> Option<&dyn Voids> {
        None
    }

    /// Keeping a method without a payment.
    fn vault(&self) -> Option<&dyn Vault> {
        None
    }

    /// Being told by the gateway.
    fn callbacks(&self) -> Option<&dyn Callbacks> {
        None
    }

    /// Collecting from bank accounts by files that somebody takes to a bank.
    fn debits(&self) -> Option<&dyn Debits> {
        None
    }
}

/// Asking what became of a payment, by our reference.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The payment as the gateway sees it now; `NotFound` if it surely never arrived. A gateway that can only be asked by
    /// its own id says `Unavailable` where we have none.
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment>;
}

/// Giving money back.
#[async_trait]
pub trait Refunds: Send + Sync {
    /// Gives back part or all; never more than was taken (`Declined`). A repeated reference gets the first answer, if
    /// they [are keyed](Self::are_keyed).
    async fn refund(&self, request: &RefundRequest) -> Result<Refund>;

    /// Whether the gateway makes one refund of a repeated reference. Where it does not, nothing is repeated after
    /// [`crate::Kind::Unknown`]: a person looks.
    fn are_keyed(&self) -> bool {
        true
    }

    /// The refund as the gateway sees it; `NotFound` if it surely never arrived.
    async fn fetch_refund(&self, _: &RefundRequest) -> Result<Refund> {
        Err(ConnectorError::new(Kind::Unavailable, "not_keyed", "refunds of one payment cannot be told apart"))
    }
}

/// Taking what was reserved.
#[async_trait]
pub trait Captures: Send + Sync {
    /// Takes the reserved amount or a part of it; the rest is released. Once: repeating gets the same answer.
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment>;
}

/// Releasing what was reserved, or withdrawing what waits for the client.
#[async_trait]
pub trait Voids: Send + Sync {
    /// Releases the whole reserved amount, or ends a payment that the client has not confirmed; `Conflict` where the gateway
    /// cannot. Repeating gets the same answer.
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment>;
}

/// Keeping a method for later payments before there is one.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Where clients enter what is kept by itself; nowhere if a method is kept with a payment only.
    fn keeps(&self) -> &'static [Entry];

    /// Takes a card, a token or a stay at the page, and gives what to charge it by, or where the client has to go first;
    /// `Declined` if it will not do. Nothing is charged, so repeating is safe.
    async fn keep(&self, request: &KeepRequest) -> Result<Kept>;

    /// What became of a method that the client had to agree to: he still has to, it can be charged, or `Declined`, also of what
    /// the gateway does not know any more. `Unavailable` while it is being decided. Repeating gets the same answer.
    async fn finish(&self, _handle: &SecretString, _at: Instant) -> Result<Kept> {
        Err(ConnectorError::new(
            Kind::Declined,
            "unknown_handle",
            "this gateway sends nobody to a page to keep a method",
        ))
    }

    /// Has the gateway forget a method. One that it does not know is forgotten.
    async fn forget(&self, token: &SecretString, at: Instant) -> Result<()>;
}

/// Understanding the calls that a gateway makes to us.
#[async_trait]
pub trait Callbacks: Send + Sync {
    /// Checks where the call comes from (`Auth` if it is forged or stale) and reads it; nothing if it is about no payment
    /// of ours. Safe to repeat: the event's id is the same each time, and the caller drops what it has seen (PAY-02).
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>>;

    /// What the gateway wants to read as an answer, as HTML; most want nothing.
    fn thanks(&self) -> &'static str {
        ""
    }
}

/// Collecting from bank accounts by files that somebody takes to a bank.
pub trait Debits: Send + Sync {
    /// Which plug-in it is.
    fn plugin(&self) -> DebitPlugin;

    /// Under which rules payers sign a mandate; none for the national formats, which know no mandates.
    fn scheme(&self) -> Option<SddScheme>;

    /// The name of whoever collects, as payers are told it.
    fn creditor_name(&self) -> &str;

    /// The identifier of whoever collects, where the format has one.
    fn creditor_id(&self) -> Option<&CreditorId>;

    /// Whose account gets the money, if the plug-in was told; else it is that of the responsible administrator.
    fn account(&self) -> Option<(Iban, Option<Bic>)>;

    /// What the bank wants and payers were promised.
    fn terms(&self) -> BankTerms;

    /// After so many settling days after the due date a debit that nobody has sent back counts as paid; none: a person or
    /// the bank says so.
    fn settle_days(&self) -> Option<u32>;

    /// Whether the bank's word that it is settled (`ACSC`, `ACCC`) is taken for the money.
    fn approve_on_acsc(&self) -> bool;

    /// Whether the first of several collections is called so.
    fn name_first(&self) -> bool;

    /// The texts that the payer reads, with variables still in them ([`debit::VARIABLES`], filled in by [`debit::fill`]).
    /// They stand in their places, so one may be empty.
    fn texts(&self) -> Vec<String>;

    /// Writes the file.
    fn file(&self) -> &dyn BatchFile;
}
