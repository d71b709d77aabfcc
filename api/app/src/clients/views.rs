//! What clients look like.

use crate::addresses::{Address, AddressPatch, Addressed};
use crate::client_groups::member::{ClientGroupMember, ClientGroupMemberPatch, ClientGroupMemberView};
use crate::contacts::views::{ContactFields, ContactView};
use crate::kernel::Change;
use crate::orders::views::OrderTerms;
use crate::payment_methods::views::MethodCreate;
use crate::taxes::treat::TaxStanding;
use crate::taxes::vat_numbers::views::VatCheckView;
use comptoir_db::client_groups::Membership;
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_domain::clients::{ClientAction, ClientStatus, open_actions};
use comptoir_domain::people::ClientKind;
use comptoir_domain::subscriptions::CancelPolicy;
use comptoir_domain::taxes::TaxReason;
use comptoir_domain::{Check, ClientId, Instant, Locale, Problem};

/// A client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientView {
    /// The client.
    pub id: ClientId,
    /// The number that people use.
    #[schema(example = 1042)]
    pub number: i64,
    /// A person or a company.
    pub kind: ClientKind,
    /// The company's name, or the primary contact's.
    pub name: String,
    /// Where the client stands.
    pub status: ClientStatus,
    /// Why, if someone said so.
    pub status_reason: String,
    /// What can be done with the client now: `POST /v1/clients/{id}/{action}`.
    pub open_actions: Vec<ClientAction>,
    /// Since when it is in the archive.
    pub archived_at: Option<Instant>,
    /// The company's name; empty for a person.
    pub company: String,
    /// The VAT number; empty for none.
    pub vat_number: String,
    /// What was said about the VAT number when it was last asked about.
    pub vat_check: Option<VatCheckView>,
    /// Why no taxes are charged, such as the number of a certificate; empty for a client that is not exempt.
    pub tax_exemption: String,
    /// How the client is taxed today, in short.
    pub tax_reason: TaxReason,
    /// Where invoices go.
    pub address: Address,
    /// The language of invoices.
    pub locale: Locale,
    /// The person to turn to.
    pub primary_contact: ContactView,
    /// Its place in a group of clients; null where the client looks at itself.
    pub group: Option<ClientGroupMemberView>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(ClientList, ClientView);

impl ClientView {
    /// The view of a client, its primary contact, its place in a group and how it is taxed.
    pub fn new(row: ClientRow, primary: ContactRow, group: Option<Membership>, standing: &TaxStanding) -> Self {
        let person = format!("{} {}", primary.first_name, primary.last_name).trim().to_string();
        let archived = row.archived_at.is_some();
        let reachable = |action: &ClientAction| match action {
            ClientAction::Archive => !archived,
            ClientAction::Restore => archived,
            _ => !archived,
        };
        Self {
            vat_check: standing.last_check(&row).cloned().map(VatCheckView::from),
            tax_reason: standing.reason(&row),
            address: row.address(),
            name: if row.company.is_empty() { person } else { row.company.clone() },
            open_actions: open_actions(row.status).filter(reachable).collect(),
            id: row.id,
            number: row.number,
            kind: row.kind,
            status: row.status,
            status_reason: row.status_reason,
            archived_at: row.archived_at,
            company: row.company,
            vat_number: row.vat_number,
            tax_exemption: row.tax_exemption,
            locale: row.locale,
            primary_contact: ContactView::from(primary),
            group: group.map(ClientGroupMemberView::from),
            created_at: row.created_at,
        }
    }
}

/// A new client with its primary contact.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "company", "company": "Boulangerie Petit", "vat_number": "FR40303265045", "locale": "fr-FR",
    "address": {"line1": "3 place du Marché", "city": "Dijon", "postal_code": "21000", "country": "FR"},
    "contact": {"first_name": "Alice", "last_name": "Petit", "email": "alice@petit.example", "phone": "+33 3 80 00 00 00",
        "password": "correct horse battery"},
    "group": {"client_group_id": "cgr_000g40o40k30e209185go38e1s", "maximum_discount": "20"}}))]
pub struct ClientCreate {
    /// A person or a company.
    pub kind: ClientKind,
    /// The company's name; required for a company.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub company: String,
    /// The VAT number; empty for none. In the European Union it has to be one of the address's country.
    #[serde(default)]
    #[schema(max_length = 32)]
    pub vat_number: String,
    /// Why no taxes are charged, such as the number of a certificate; empty for a client that is not exempt.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub tax_exemption: String,
    /// Where invoices go.
    pub address: Address,
    /// The language of invoices; the seller's if absent.
    pub locale: Option<Locale>,
    /// The person to turn to.
    pub contact: ContactFields,
    /// Its place in a group of clients; for administrators. The default group if absent.
    pub group: Option<ClientGroupMember>,
    /// A card that its invoices are charged to; for administrators.
    pub payment_method: Option<MethodCreate>,
    /// What it buys right away; for administrators. A shopper orders by a quote.
    pub order: Option<OrderTerms>,
}

/// Changes of a client: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"company": "Boulangerie Petit & Fils", "address": {"line1": "5 place du Marché"},
    "group": {"client_group_id": "cgr_000g40o40k30e209185go38e1s", "guaranteed_discount": null}}))]
pub struct ClientPatch {
    /// A person or a company.
    #[serde(default)]
    #[schema(value_type = ClientKind, required = false)]
    pub kind: Change<ClientKind>,
    /// The company's name.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 120)]
    pub company: Change<String>,
    /// The VAT number.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 32)]
    pub vat_number: Change<String>,
    /// Why no taxes are charged; empty for a client that is not exempt.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 200)]
    pub tax_exemption: Change<String>,
    /// Where invoices go.
    #[serde(default)]
    #[schema(value_type = AddressPatch, required = false)]
    pub address: Change<AddressPatch>,
    /// The language of invoices.
    #[serde(default)]
    #[schema(value_type = Locale, required = false)]
    pub locale: Change<Locale>,
    /// Its place in a group of clients.
    #[serde(default)]
    #[schema(value_type = ClientGroupMemberPatch, required = false)]
    pub group: Change<ClientGroupMemberPatch>,
}

/// Why the status of a client changes.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"reason": "asked for by phone", "subscriptions": "end_of_cycle"}))]
pub struct ClientStatusChange {
    /// For the record.
    #[schema(max_length = 500)]
    pub reason: String,
    /// What becomes of the subscriptions; has to be said when a client with subscriptions is cancelled.
    pub subscriptions: Option<CancelPolicy>,
}

impl ClientStatusChange {
    /// Refuses an endless reason.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::new();
        check.paragraphs("/reason", &self.reason, 500);
        check.done()
    }
}

/// Notes what is wrong with a client.
pub fn check(row: &ClientRow, check: &mut Check) {
    let company = row.kind == ClientKind::Company;
    check.text("/company", &row.company, usize::from(company)..=120);
    check.text("/vat_number", &row.vat_number, 0..=32);
    check.text("/tax_exemption", &row.tax_exemption, 0..=200);
    row.address().check(check, "/address");
}
