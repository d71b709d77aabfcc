//! What an administrator or a key may do: one row per permission, and a marker type that a route names in its
//! signature, so that no route can forget to ask.

use crate::people::Audience;
use std::collections::BTreeSet;

/// A route that may be called with this permission carries this type.
pub trait Permit: 'static {
    /// Who may call at all.
    const AUDIENCE: Audience = Audience::Admin;
    /// What is asked for; `None` where being signed in is enough.
    const PERMISSION: Option<Permission>;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident = $word:literal),+ $(,)?) => {
        text_enum! {
            /// One thing that may be allowed.
            pub enum Permission { $($(#[$meta])* $name = $word),+ }
        }

        /// The marker types, one per permission.
        pub mod may {
            $($(#[$meta])* pub struct $name; impl super::Permit for $name { const PERMISSION: Option<super::Permission> = Some(super::Permission::$name); })+

            /// Any administrator or key.
            pub struct Work;
            impl super::Permit for Work { const PERMISSION: Option<super::Permission> = None; }

            /// A web page that sells, with the publishable key of its store.
            pub struct Shop;
            impl super::Permit for Shop {
                const AUDIENCE: super::Audience = super::Audience::Store;
                const PERMISSION: Option<super::Permission> = None;
            }

            /// A contact of a client, for what is its own.
            pub struct Own;
            impl super::Permit for Own {
                const AUDIENCE: super::Audience = super::Audience::Client;
                const PERMISSION: Option<super::Permission> = None;
            }
        }
    };
}

permissions! {
    /// See the seller's own profile.
    ReadSeller = "seller:read",
    /// Change the seller's own profile.
    WriteSeller = "seller:write",
    /// See the resellers (provider only).
    ReadResellers = "resellers:read",
    /// Create and change resellers (provider only).
    WriteResellers = "resellers:write",
    /// See who works here and with which role.
    ReadAdministrators = "administrators:read",
    /// Create and change administrators and roles.
    WriteAdministrators = "administrators:write",
    /// See sign-ins.
    ReadSessions = "sessions:read",
    /// End sign-ins.
    WriteSessions = "sessions:write",
    /// See API keys.
    ReadApiKeys = "api_keys:read",
    /// Create and revoke API keys.
    WriteApiKeys = "api_keys:write",
    /// See clients and their contacts.
    ReadClients = "clients:read",
    /// Create and change clients and their contacts.
    WriteClients = "clients:write",
    /// See the groups of clients.
    ReadClientGroups = "client_groups:read",
    /// Create and change groups of clients, and say which clients are in them.
    WriteClientGroups = "client_groups:write",
    /// Sign in as a contact of a client.
    ImpersonateClients = "clients:impersonate",
    /// See what was done, by whom.
    ReadActivities = "activities:read",
    /// See plans, add-ons and prices.
    ReadCatalog = "catalog:read",
    /// Create and change plans, add-ons and prices.
    WriteCatalog = "catalog:write",
    /// See tax policies and rules.
    ReadTaxes = "taxes:read",
    /// Create and change tax policies and rules.
    WriteTaxes = "taxes:write",
    /// See coupons.
    ReadCoupons = "coupons:read",
    /// Create and change coupons.
    WriteCoupons = "coupons:write",
    /// See discounts.
    ReadDiscounts = "discounts:read",
    /// Create and change discounts.
    WriteDiscounts = "discounts:write",
    /// See stores.
    ReadStores = "stores:read",
    /// Create and change stores.
    WriteStores = "stores:write",
    /// See orders.
    ReadOrders = "orders:read",
    /// Accept, cancel and place orders.
    WriteOrders = "orders:write",
    /// See the lists and the scorer of the fraud check.
    ReadFraud = "fraud:read",
    /// Change the lists and the scorer of the fraud check.
    WriteFraud = "fraud:write",
    /// See subscriptions.
    ReadSubscriptions = "subscriptions:read",
    /// Create and change subscriptions.
    WriteSubscriptions = "subscriptions:write",
    /// See what is used.
    ReadUsage = "usage:read",
    /// Report what is used.
    WriteUsage = "usage:write",
    /// See invoices and credit notes.
    ReadInvoices = "invoices:read",
    /// Write, issue and credit invoices.
    WriteInvoices = "invoices:write",
    /// See payments and credits.
    ReadPayments = "payments:read",
    /// Charge, record and refund payments; grant credits.
    WritePayments = "payments:write",
    /// See what is stored of payment methods.
    RevealPaymentMethods = "payment_methods:reveal",
    /// See how the key of stored payment methods is kept.
    ReadEncryption = "encryption:read",
    /// Unlock, replace and restore the key of stored payment methods.
    WriteEncryption = "encryption:write",
    /// See the payment gateways.
    ReadGateways = "gateways:read",
    /// Set up payment gateways.
    WriteGateways = "gateways:write",
    /// See the books.
    ReadLedger = "ledger:read",
    /// See reports over all documents.
    ReadReports = "reports:read",
    /// See to-dos.
    ReadTodos = "todos:read",
    /// Write, assign and finish to-dos.
    WriteTodos = "todos:write",
    /// See the event queue.
    ReadEvents = "events:read",
    /// Run, retry and cancel events.
    WriteEvents = "events:write",
    /// See outgoing mail.
    ReadMails = "mails:read",
    /// Send mail again.
    WriteMails = "mails:write",
    /// See webhook endpoints and deliveries.
    ReadWebhooks = "webhooks:read",
    /// Create and change webhook endpoints.
    WriteWebhooks = "webhooks:write",
    /// See sandboxes.
    ReadSandboxes = "sandboxes:read",
    /// Create, advance and remove sandboxes: whoever may has a copy of everything.
    WriteSandboxes = "sandboxes:write",
}

/// What a role or a key allows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Grants {
    /// Everything the seller itself may do.
    All,
    /// These only.
    Some(BTreeSet<Permission>),
}

impl Grants {
    /// Whether `permission` is among them.
    pub fn allow(&self, permission: Permission) -> bool {
        match self {
            Self::All => true,
            Self::Some(set) => set.contains(&permission),
        }
    }

    /// Whether all of `other` is among them: nobody hands out more than he has.
    pub fn cover(&self, other: &Grants) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Some(_), Self::All) => false,
            (Self::Some(mine), Self::Some(theirs)) => theirs.is_subset(mine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hands_out_more_than_he_has() {
        let some = |permissions: &[Permission]| Grants::Some(permissions.iter().copied().collect());
        let reader = some(&[Permission::ReadClients]);
        let clerk = some(&[Permission::ReadClients, Permission::WriteClients]);
        assert!(Grants::All.cover(&Grants::All) && Grants::All.cover(&clerk) && clerk.cover(&reader));
        assert!(!reader.cover(&clerk) && !clerk.cover(&Grants::All));
        assert!(reader.allow(Permission::ReadClients) && !reader.allow(Permission::WriteClients));
    }
}
