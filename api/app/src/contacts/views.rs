//! What contacts look like.

use crate::kernel::Change;
use comptoir_db::contacts::ContactRow;
use comptoir_domain::people::MailFormat;
use comptoir_domain::{Check, ClientId, ContactId, Instant, Locale};

/// A contact.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ContactView {
    /// The contact.
    pub id: ContactId,
    /// Whose.
    pub client_id: ClientId,
    /// Whether it is the person to turn to.
    pub is_primary: bool,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The address to sign in with and to write to.
    pub email: String,
    /// The telephone number.
    pub phone: String,
    /// The language of mails.
    pub locale: Locale,
    /// With layout or plain.
    pub mail_format: MailFormat,
    /// Whether a password has been set.
    pub has_password: bool,
    /// When it was set.
    pub password_changed_at: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(ContactList, ContactView);

impl From<ContactRow> for ContactView {
    fn from(row: ContactRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            is_primary: row.is_primary,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            phone: row.phone,
            locale: row.locale,
            mail_format: row.mail_format,
            has_password: row.password_hash.is_some(),
            password_changed_at: row.password_changed_at,
            created_at: row.created_at,
        }
    }
}

/// A person.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_name": "Bob", "last_name": "Petit", "email": "bob@petit.example"}))]
pub struct ContactFields {
    /// First name.
    #[schema(min_length = 1, max_length = 60)]
    pub first_name: String,
    /// Last name.
    #[schema(min_length = 1, max_length = 60)]
    pub last_name: String,
    /// The address to sign in with and to write to; one account per address.
    pub email: String,
    /// The telephone number.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub phone: String,
    /// The language of mails; the client's if absent.
    pub locale: Option<Locale>,
    /// With layout or plain.
    #[serde(default)]
    pub mail_format: MailFormat,
    /// The password; without one the contact cannot sign in until it has set one by a link.
    #[schema(min_length = 10)]
    pub password: Option<String>,
}

/// A new contact.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s",
    "contact": {"first_name": "Bob", "last_name": "Petit", "email": "bob@petit.example", "mail_format": "text"}}))]
pub struct ContactCreate {
    /// Whose.
    pub client_id: ClientId,
    /// The person.
    pub contact: ContactFields,
}

/// Changes of a contact: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "+33 6 00 00 00 00", "mail_format": "text"}))]
pub struct ContactPatch {
    /// First name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    pub first_name: Change<String>,
    /// Last name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    pub last_name: Change<String>,
    /// The address to sign in with and to write to.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub email: Change<String>,
    /// The telephone number.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 40)]
    pub phone: Change<String>,
    /// The language of mails.
    #[serde(default)]
    #[schema(value_type = Locale, required = false)]
    pub locale: Change<Locale>,
    /// With layout or plain.
    #[serde(default)]
    #[schema(value_type = MailFormat, required = false)]
    pub mail_format: Change<MailFormat>,
}

impl ContactPatch {
    /// Writes the changes into the row, or says what is wrong with the result.
    pub fn apply(self, row: &mut ContactRow) -> Result<(), comptoir_domain::Problem> {
        self.first_name.apply(&mut row.first_name);
        self.last_name.apply(&mut row.last_name);
        if let Some(email) = self.email.value() {
            row.email = comptoir_domain::people::normal_email(email);
        }
        self.phone.apply(&mut row.phone);
        self.locale.apply(&mut row.locale);
        self.mail_format.apply(&mut row.mail_format);
        let mut findings = Check::new();
        check(row, &mut findings, "");
        findings.done()
    }
}

/// Notes what is wrong with a contact below `at`.
pub fn check(row: &ContactRow, check: &mut Check, at: &str) {
    check.text(&format!("{at}/first_name"), &row.first_name, 1..=60);
    check.text(&format!("{at}/last_name"), &row.last_name, 1..=60);
    check.email(&format!("{at}/email"), &row.email);
    check.text(&format!("{at}/phone"), &row.phone, 0..=40);
}
