//! What sellers look like.

use crate::addresses::{Address, AddressPatch, Addressed};
use crate::kernel::Change;
use comptoir_db::Json;
use comptoir_db::sellers::SellerRow;
use comptoir_domain::people::{SellerKind, SellerStatus};
use comptoir_domain::{Check, ClientId, Currency, Instant, Locale, SellerId, TimeZone};

/// A seller.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SellerView {
    /// The seller.
    pub id: SellerId,
    /// The provider or one of its resellers.
    pub kind: SellerKind,
    /// Names the seller at sign-in and in store addresses.
    pub code: String,
    /// Whether it may work.
    pub status: SellerStatus,
    /// The client that a reseller is at its provider.
    pub client_id: Option<ClientId>,
    /// The company's name.
    pub company: String,
    /// Where it sits.
    pub address: Address,
    /// Where it is written to.
    pub email: String,
    /// Where it is called.
    pub phone: String,
    /// Its web site.
    pub website: String,
    /// Its VAT number.
    pub vat_number: String,
    /// The currency of its books and of new stores.
    pub currency: Currency,
    /// Its language.
    pub locale: Locale,
    /// The zone of its civil dates.
    pub time_zone: TimeZone,
    /// Its own addresses for panel and stores.
    pub access_urls: Vec<String>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(SellerList, SellerView);

impl From<SellerRow> for SellerView {
    fn from(row: SellerRow) -> Self {
        Self {
            address: row.address(),
            id: row.id,
            kind: row.kind,
            code: row.code,
            status: row.status,
            client_id: row.parent_client_id,
            company: row.company,
            email: row.email,
            phone: row.phone,
            website: row.website,
            vat_number: row.vat_number,
            currency: row.currency,
            locale: row.locale,
            time_zone: row.time_zone,
            access_urls: row.access_urls.0,
            created_at: row.created_at,
        }
    }
}

/// Changes of a seller's profile: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"company": "Hébergement Dupont SARL", "address": {"city": "Lyon"}, "website": "https://dupont.example"}))]
pub struct SellerPatch {
    /// The company's name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 120)]
    pub company: Change<String>,
    /// Where it sits.
    #[serde(default)]
    #[schema(value_type = AddressPatch, required = false)]
    pub address: Change<AddressPatch>,
    /// Where it is written to.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub email: Change<String>,
    /// Where it is called.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 40)]
    pub phone: Change<String>,
    /// Its web site; empty for none.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub website: Change<String>,
    /// Its VAT number; empty for none.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 32)]
    pub vat_number: Change<String>,
    /// The currency of its books and of new stores.
    #[serde(default)]
    #[schema(value_type = Currency, required = false)]
    pub currency: Change<Currency>,
    /// Its language.
    #[serde(default)]
    #[schema(value_type = Locale, required = false)]
    pub locale: Change<Locale>,
    /// The zone of its civil dates.
    #[serde(default)]
    #[schema(value_type = TimeZone, required = false)]
    pub time_zone: Change<TimeZone>,
    /// Its own addresses for panel and stores, ten at most.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 10)]
    pub access_urls: Change<Vec<String>>,
}

impl SellerPatch {
    /// Writes the changes into the row, or says what is wrong with the result.
    pub fn apply(self, row: &mut SellerRow) -> Result<(), comptoir_domain::Problem> {
        self.company.apply(&mut row.company);
        if let Change::To(patch) = self.address {
            row.set_address(patch.apply(row.address()));
        }
        self.email.apply(&mut row.email);
        self.phone.apply(&mut row.phone);
        self.website.apply(&mut row.website);
        self.vat_number.apply(&mut row.vat_number);
        self.currency.apply(&mut row.currency);
        self.locale.apply(&mut row.locale);
        self.time_zone.apply(&mut row.time_zone);
        if let Change::To(urls) = self.access_urls {
            row.access_urls = Json(urls);
        }
        let mut findings = Check::new();
        check(row, &mut findings, "");
        findings.done()
    }
}

/// Notes what is wrong with a seller's profile below `at`.
pub fn check(row: &SellerRow, check: &mut Check, at: &str) {
    check.slug(&format!("{at}/code"), &row.code);
    check.text(&format!("{at}/company"), &row.company, 1..=120);
    row.address().check(check, &format!("{at}/address"));
    check.email(&format!("{at}/email"), &row.email);
    check.text(&format!("{at}/phone"), &row.phone, 0..=40);
    if !row.website.is_empty() {
        check.web_address(&format!("{at}/website"), &row.website);
    }
    check.text(&format!("{at}/vat_number"), &row.vat_number, 0..=32);
    check.ensure(row.access_urls.0.len() <= 10, &format!("{at}/access_urls"), "too_many", "ten at most");
    for (index, url) in row.access_urls.0.iter().enumerate() {
        check.web_address(&format!("{at}/access_urls/{index}"), url);
    }
}
