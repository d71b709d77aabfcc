//! Our templates. Those of kind `invoice` in French: `fr/invoice.subject.txt`, `fr/invoice.txt`, `fr/invoice.html`.

use comptoir_domain::mails::MailKind;

macro_rules! embed {
    ($($name:expr),+ $(,)?) => { &[$(($name, include_str!(concat!("../../templates/mails/", $name)))),+] };
}

macro_rules! kinds {
    ($($kind:literal),+ $(,)?) => { embed![
        $(
            concat!("en/", $kind, ".subject.txt"), concat!("en/", $kind, ".txt"), concat!("en/", $kind, ".html"),
            concat!("fr/", $kind, ".subject.txt"), concat!("fr/", $kind, ".txt"), concat!("fr/", $kind, ".html"),
        )+
    ] };
}

/// What all bodies share.
pub const PARTS: &[(&str, &str)] = embed![
    "parts/box.html",
    "parts/footer.html",
    "parts/footer.txt",
    "parts/header.html",
    "en/card.html",
    "en/card.txt",
    "en/greeting.html",
    "en/greeting.txt",
    "en/transaction.html",
    "en/transaction.txt",
    "fr/card.html",
    "fr/card.txt",
    "fr/greeting.html",
    "fr/greeting.txt",
    "fr/transaction.html",
    "fr/transaction.txt",
];

/// The bodies.
pub const BODIES: &[(&str, &str)] = kinds![
    "administrator_lost_password",
    "card_expiry",
    "client_welcome",
    "credit_note",
    "invoice",
    "invoice_reminder",
    "lost_password",
    "mandate_lapse",
    "mandate_prenotification",
    "new_order",
    "order_validation",
    "overuse_notice",
    "payment_card",
    "payment_cheque",
    "payment_confirmation",
    "payment_declined",
    "payment_echeck",
    "payment_error",
    "payment_external_gateway",
    "refund",
    "schet_factura",
    "subscription_activated",
    "subscription_cancelled",
    "subscription_handed_over",
    "subscription_info",
    "subscription_suspended",
    "subscription_taken_over",
    "todo_assigned",
];

/// The languages that we speak.
pub const LANGUAGES: &[&str] = &["en", "fr"];

/// What a kind needs in each language.
pub const FORMS: &[&str] = &["subject.txt", "txt", "html"];

/// A template by name.
pub fn find(name: &str) -> Option<&'static str> {
    PARTS.iter().chain(BODIES).find(|(known, _)| *known == name).map(|(_, source)| *source)
}

/// The forms of a kind that a language lacks, the empty ones among them.
pub fn missing(kind: MailKind, language: &str) -> impl Iterator<Item = &'static str> {
    let language = language.to_string();
    FORMS
        .iter()
        .copied()
        .filter(move |form| find(&format!("{language}/{kind}.{form}")).is_none_or(|source| source.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/mails");
        let mut files = BTreeSet::new();
        for part in ["en", "fr", "parts"] {
            for entry in std::fs::read_dir(format!("{folder}/{part}")).unwrap() {
                files.insert(format!("{part}/{}", entry.unwrap().file_name().into_string().unwrap()));
            }
        }
        assert_eq!(files, PARTS.iter().chain(BODIES).map(|(name, _)| (*name).to_string()).collect());
    }

    #[test]
    fn what_is_missing_is_seen() {
        assert_eq!(missing(MailKind::Invoice, "fr").count(), 0);
        assert_eq!(missing(MailKind::Report, "fr").collect::<Vec<_>>(), FORMS);
        assert_eq!(missing(MailKind::Invoice, "de").collect::<Vec<_>>(), FORMS);
    }
}
