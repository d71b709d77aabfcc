//! Mail kinds as data (MAI-01): what each is about, which variables its templates have and which of them are secret;
//! the order in which languages are tried (MAI-02); how long to wait before the next try (MAI-04).

use crate::Locale;
use chrono::TimeDelta;
use serde::Deserialize;
use std::sync::LazyLock;

text_enum! {
    /// What a mail is about: chooses its template. Kinds are fixed.
    pub enum MailKind {
    /// Access data of a new subscription.
    SubscriptionInfo = "subscription_info",
    /// A new invoice.
    Invoice = "invoice",
    /// Paid by card.
    PaymentCard = "payment_card",
    /// Paid by electronic cheque.
    PaymentEcheck = "payment_echeck",
    /// Paid by cheque.
    PaymentCheque = "payment_cheque",
    /// Paid through another gateway.
    PaymentExternalGateway = "payment_external_gateway",
    /// A payment was declined.
    PaymentDeclined = "payment_declined",
    /// A payment went wrong.
    PaymentError = "payment_error",
    /// The bank wants the client to confirm a payment that was made without him.
    PaymentConfirmation = "payment_confirmation",
    /// A domain is to be renewed.
    DomainRenewalNotice = "domain_renewal_notice",
    /// A domain has come over.
    DomainTransferOk = "domain_transfer_ok",
    /// A domain has not come over.
    DomainTransferFailed = "domain_transfer_failed",
    /// A stored card is about to expire.
    CardExpiry = "card_expiry",
    /// A subscription is suspended.
    SubscriptionSuspended = "subscription_suspended",
    /// A subscription works.
    SubscriptionActivated = "subscription_activated",
    /// An order has come in.
    NewOrder = "new_order",
    /// An order was accepted or refused.
    OrderValidation = "order_validation",
    /// A contact's single-use link.
    LostPassword = "lost_password",
    /// A new client.
    ClientWelcome = "client_welcome",
    /// An invoice is due or overdue.
    InvoiceReminder = "invoice_reminder",
    /// A subscription has ended.
    SubscriptionCancelled = "subscription_cancelled",
    /// A subscription has another plan.
    SubscriptionChanged = "subscription_changed",
    /// A subscription has gone to another client, who hears of it by another kind.
    SubscriptionHandedOver = "subscription_handed_over",
    /// A subscription has come from another client.
    SubscriptionTakenOver = "subscription_taken_over",
    /// More is used than was bought.
    OveruseNotice = "overuse_notice",
    /// An invoice was corrected.
    CreditNote = "credit_note",
    /// Money goes back.
    Refund = "refund",
    /// A direct debit mandate is about to lapse.
    MandateLapse = "mandate_lapse",
    /// A direct debit is announced.
    MandatePrenotification = "mandate_prenotification",
    /// A Russian tax document.
    SchetFactura = "schet_factura",
    /// The authority asks something.
    CertificateInputRequired = "certificate_input_required",
    /// A certificate is ready.
    CertificateIssued = "certificate_issued",
    /// A backup is done.
    BackupDone = "backup_done",
    /// A backup failed.
    BackupFailed = "backup_failed",
    /// A backup is restored.
    RestoreDone = "restore_done",
    /// A report for the seller.
    Report = "report",
    /// An administrator's single-use link.
    AdministratorLostPassword = "administrator_lost_password",
    /// A to-do was given to an administrator.
    TodoAssigned = "todo_assigned",
    /// Whatever the seller writes.
    UserDefined = "user_defined",
    }
}

#[derive(Deserialize)]
struct Row {
    kind: String,
    secret: String,
    variables: String,
}

fn read() -> Result<Vec<Row>, csv::Error> {
    let file = include_str!("../data/mail-kinds.csv");
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file.as_bytes()).into_deserialize().collect()
}

/// A test makes sure that the file can be read and has every kind.
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| read().unwrap_or_default());

fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.kind == name)
}

/// The names in `a b[c d]`: a, b, c, d.
fn names(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split([' ', '[', ']']).filter(|name| !name.is_empty())
}

impl MailKind {
    /// The variables of its templates, the fields of lists among them; [`common_variables`] come on top.
    pub fn variables(self) -> impl Iterator<Item = &'static str> {
        names(row(self.as_str()).map_or("", |row| &row.variables))
    }

    /// The variables to forget once the mail is sent.
    pub fn secrets(self) -> impl Iterator<Item = &'static str> {
        names(row(self.as_str()).map_or("", |row| &row.secret))
    }

    /// Whether it makes no sense without its secret, so that it cannot be sent a second time.
    pub fn is_single_use(self) -> bool {
        self.secrets().any(|name| name == "token")
    }
}

/// The variables that every kind has.
pub fn common_variables() -> impl Iterator<Item = &'static str> {
    names(row("common").map_or("", |row| &row.variables))
}

/// The names under which a body is looked for, best first: the reader's language with and without territory, then the
/// seller's, then English. None comes twice.
pub fn fallbacks(reader: Locale, seller: Locale) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    for name in [reader.as_str(), reader.language(), seller.as_str(), seller.language(), "en"] {
        if !order.iter().any(|known| known == name) {
            order.push(name.to_string());
        }
    }
    order
}

/// Minutes between the tries to send a mail: ten tries in four days, which outlives a mail server that is down over a
/// long week-end.
const PAUSES: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 1440, 2880];

/// How long to wait after so many tries in vain; `None`: give up.
pub fn pause_after(attempts: i32) -> Option<TimeDelta> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(at).map(|minutes| TimeDelta::minutes(*minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_kind_once() {
        let table: Vec<_> = read().unwrap().into_iter().map(|row| row.kind).collect();
        let kinds: Vec<_> = MailKind::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(table, [vec!["common".to_string()], kinds].concat());
        assert_eq!(common_variables().count(), 16);
    }

    #[test]
    fn secrets_are_variables() {
        for kind in MailKind::ALL {
            assert!(kind.secrets().all(|name| kind.variables().any(|known| known == name)), "{kind}");
        }
        assert!(MailKind::Invoice.variables().any(|name| name == "lineItemTotalAmount"));
        assert!(MailKind::LostPassword.is_single_use() && !MailKind::SubscriptionInfo.is_single_use());
    }

    #[test]
    fn languages_fall_back_in_order() {
        let order = |reader: &str, seller: &str| fallbacks(reader.parse().unwrap(), seller.parse().unwrap()).join(" ");
        assert_eq!(order("fr-CA", "de-DE"), "fr-CA fr de-DE de en");
        assert_eq!(order("en-US", "fr"), "en-US en fr");
        assert_eq!(order("fr", "fr-FR"), "fr fr-FR en");
    }

    /// Pauses grow, and the tenth try is the last: 1 + 5 + 15 + 60 + 180 + 360 + 720 + 1440 + 2880 minutes = 3 d 22 h 21 min.
    #[test]
    fn ten_tries_in_four_days() {
        let pauses: Vec<_> = (1..).map_while(pause_after).collect();
        assert_eq!(pauses.len(), 9);
        assert!(pauses.is_sorted());
        assert_eq!(pauses.iter().sum::<TimeDelta>(), TimeDelta::minutes(3 * 1440 + 22 * 60 + 21));
        assert_eq!((pause_after(0), pause_after(10)), (None, None));
    }
}
