//! Typed identifiers: a prefix that says what it names, and a UUIDv7 in 26 characters of base32hex.
//!
//! `cli_0phg3n1k…` sorts like the bytes it stands for, so id order is creation order. Ids are made in
//! `app::kernel::clock`, stored as 16 bytes, and human numbers (invoice numbers…) are separate.

use data_encoding::{Encoding, Specification};
use std::sync::LazyLock;

/// base32hex in lower case without padding: order-preserving, case-insensitive when read.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789abcdefghijklmnopqrstuv");
    spec.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUV");
    spec.translate.to.push_str("abcdefghijklmnopqrstuv");
    spec.encoding().unwrap_or(data_encoding::BASE32HEX_NOPAD)
});

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ followed by 26 characters")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// What all identifiers have in common.
pub trait Id: Copy + Eq + std::hash::Hash + std::fmt::Display + Send + Sync + 'static {
    /// The word before the underscore.
    const PREFIX: &'static str;
    /// Wraps the sixteen bytes.
    fn from_uuid(uuid: uuid::Uuid) -> Self;
    /// The sixteen bytes.
    fn uuid(&self) -> uuid::Uuid;
}

#[doc(hidden)]
pub fn encode(prefix: &str, uuid: uuid::Uuid) -> String {
    format!("{prefix}_{}", BASE32.encode(uuid.as_bytes()))
}

#[doc(hidden)]
pub fn decode(prefix: &'static str, text: &str) -> Result<uuid::Uuid, InvalidId> {
    let body = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(InvalidId { prefix })?;
    let bytes = BASE32.decode(body.as_bytes()).map_err(|_| InvalidId { prefix })?;
    uuid::Uuid::from_slice(&bytes).map_err(|_| InvalidId { prefix })
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Binary))]
        pub struct $name(uuid::Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: uuid::Uuid) -> Self { Self(uuid) }
            fn uuid(&self) -> uuid::Uuid { self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { out.write_str(&encode($prefix, self.0)) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(out, "{self}") }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> { decode($prefix, text).map(Self) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-v]{26}$")))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
        #[cfg(feature = "sql")]
        crate::id_column!($name);
    )+ };
}

ids! {
    /// A seller: the provider or one of its resellers.
    SellerId = "sel",
    /// Someone who works for a seller.
    AdministratorId = "adm",
    /// A named set of permissions of a seller.
    RoleId = "rol",
    /// A sign-in of a person.
    SessionId = "ses",
    /// A key for programs.
    ApiKeyId = "key",
    /// A single-use link to set a new password.
    PasswordResetId = "pwr",
    /// Who buys.
    ClientId = "cli",
    /// Clients with the same terms.
    ClientGroupId = "cgr",
    /// A person of a client who can sign in.
    ContactId = "con",
    /// A fact in the activity log.
    ActivityId = "act",
    /// A mail in the outbox.
    MailId = "mai",
    /// A piece of work in the event queue.
    EventId = "evt",
    /// Something a person has to look at.
    TodoId = "tod",
    /// What is sold.
    PlanId = "pla",
    /// One price of a plan or add-on: cycle and currency, dated.
    PriceId = "pri",
    /// An extension of a plan.
    AddOnId = "ado",
    /// A question in the store that add-ons answer.
    AddOnGroupId = "agr",
    /// A generated web shop.
    StoreId = "sto",
    /// A group of tax rules.
    TaxPolicyId = "txp",
    /// One tax of one place.
    TaxRuleId = "txr",
    /// An answer about a VAT number.
    VatCheckId = "vck",
    /// What a currency was worth in euro on a day.
    ExchangeRateId = "exr",
    /// A coupon.
    CouponId = "cou",
    /// One use of a coupon.
    CouponUseId = "cpu",
    /// A discount.
    DiscountId = "dis",
    /// What a shopper asked for.
    OrderId = "ord",
    /// A fraud check of an order.
    FraudCheckId = "frc",
    /// An entry of the lists of the fraud check.
    FraudEntryId = "fre",
    /// A client's contract for a plan.
    SubscriptionId = "sub",
    /// A dated component of a subscription.
    SubscriptionItemId = "sit",
    /// A change of a subscription.
    SubscriptionChangeId = "sch",
    /// A change of the status of a subscription.
    SubscriptionStatusChangeId = "ssc",
    /// A comment on a subscription.
    SubscriptionCommentId = "scm",
    /// What a unit above a limit costs: plan, resource and currency, dated.
    OverusePriceId = "ovp",
    /// An account with a provider of certificates.
    CertificateProviderId = "crt",
    /// An account with a registrar.
    RegistrarId = "reg",
    /// An ending of names that a seller sells.
    TldId = "tld",
    /// A report of what was used.
    UsageRecordId = "usg",
    /// A reason for which a subscription is or was suspended.
    HoldId = "hld",
    /// What is delivered.
    ServiceId = "svc",
    /// An invoice or credit note.
    InvoiceId = "inv",
    /// A line of an invoice.
    InvoiceLineId = "lin",
    /// A schet-factura.
    SchetFacturaId = "sfa",
    /// A movement of money at a gateway or by hand.
    TransactionId = "txn",
    /// A part of a payment or credit that pays an invoice.
    AllocationId = "alc",
    /// A movement of a client's credit.
    CreditId = "crd",
    /// What a plan books besides when it is invoiced.
    LedgerTemplateId = "lgt",
    /// A balanced group of postings.
    EntryId = "ent",
    /// A stored way to pay.
    PaymentMethodId = "pmt",
    /// A way to pay that its client has to agree to before it is stored.
    PaymentMethodSetupId = "pms",
    /// A payment gateway that a seller has set up.
    GatewayId = "gwy",
    /// What a payer disputes of a payment.
    DisputeId = "dsp",
    /// What a client has signed so that its bank account may be debited.
    MandateId = "mnd",
    /// Direct debits that a bank gets in one file.
    DebitBatchId = "bat",
    /// A file in which a bank has answered.
    BankReplyId = "brp",
    /// What followed from an entry of such a file.
    BankEntryId = "ben",
    /// A delivery of an activity to a webhook endpoint.
    WebhookDeliveryId = "whd",
    /// Where webhooks are delivered.
    WebhookEndpointId = "whk",
    /// Long work with progress.
    OperationId = "opr",
    /// A copy of a seller with a clock of its own.
    SandboxId = "sbx",
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answer: RFC 4648 base32hex of bytes 0..=15 is `000G40O40K30E209185GO38E1S` (RFC alphabet, any encoder).
    #[test]
    fn text_form_is_base32hex() {
        let uuid = uuid::Uuid::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        let id = ClientId::from_uuid(uuid);
        assert_eq!(id.to_string(), "cli_000g40o40k30e209185go38e1s");
        assert_eq!("cli_000G40O40K30E209185GO38E1S".parse::<ClientId>(), Ok(id));
    }

    #[test]
    fn wrong_prefix_length_and_alphabet_are_refused() {
        for text in
            ["con_000g40o40k30e209185go38e1s", "cli_", "cli_000g40", "cli_w00g40o40k30e209185go38e1s", "", "cli"]
        {
            assert_eq!(text.parse::<ClientId>(), Err(InvalidId { prefix: "cli" }), "{text}");
        }
        // the last character carries two spare bits that must be zero, so each id has one spelling
        assert!("cli_000g40o40k30e209185go38e1t".parse::<ClientId>().is_err());
    }
}
