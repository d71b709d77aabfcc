//! The words about those who use the system: sellers, administrators, contacts, and how they sign in.

text_enum! {
    /// Whether a seller is at the root or below.
    pub enum SellerKind {
        /// The one at the root.
        Provider = "provider",
        /// A client of the provider that sells to clients of its own.
        Reseller = "reseller",
    }
}

text_enum! {
    /// Whether a seller may work.
    pub enum SellerStatus {
        /// It may.
        Active = "active",
        /// Its provider has suspended it: nobody of it signs in.
        Suspended = "suspended",
    }
}

text_enum! {
    /// Whether an administrator may sign in.
    pub enum AdministratorStatus {
        /// May sign in.
        Active = "active",
        /// May not.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Who a token speaks for; a token of one audience is refused by the routes of another.
    pub enum Audience {
        /// Administrators of a seller.
        Admin = "admin",
        /// Contacts of a client.
        Client = "client",
        /// Web pages that sell: a store's publishable key.
        Store = "store",
    }
}

text_enum! {
    /// Whether a client is one person or a company.
    pub enum ClientKind {
        /// A private person.
        Person = "person",
        /// A business.
        Company = "company",
    }
}

text_enum! {
    /// How someone likes to get mail.
    #[derive(Default)]
    pub enum MailFormat {
        /// With layout.
        #[default]
        Html = "html",
        /// Plain.
        Text = "text",
    }
}

text_enum! {
    /// Where a mail stands.
    pub enum MailState {
        /// To be sent.
        Queued = "queued",
        /// Handed over.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
    }
}

/// The one spelling of an e-mail address that is stored and compared.
pub fn normal_email(address: &str) -> String {
    address.trim().to_lowercase()
}
