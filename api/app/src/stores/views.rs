//! What stores look like.

use crate::kernel::{Change, Reply};
use comptoir_db::stores::StoreRow;
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::orders::DomainOption;
use comptoir_domain::plans::StoreKind;
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::stores::{Landing, Theme, check_choices, check_terms};
use comptoir_domain::{Check, Currency, Instant, Locale, Problem, StoreId};
use std::collections::BTreeMap;

/// A store.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct StoreView {
    /// The store.
    pub id: StoreId,
    /// Names it in addresses; it stays.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whom it serves; it stays.
    pub kind: StoreKind,
    /// Whether it is meant where no store is named; one store is it.
    pub is_default: bool,
    /// Whether it takes orders.
    pub is_open: bool,
    /// The currency of its prices; it stays.
    pub currency: Currency,
    /// The languages it speaks; the first is the one it falls back to.
    pub locales: Vec<Locale>,
    /// Whether it shows prices with taxes.
    pub price_basis: PriceBasis,
    /// How shoppers can pay.
    pub gateways: Vec<GatewayCode>,
    /// How orders come to their domain name.
    pub domain_options: Vec<DomainOption>,
    /// Whether businesses of the European Union must give a VAT number.
    pub require_vat_number: bool,
    /// The terms of sale, by language.
    pub terms: BTreeMap<Locale, String>,
    /// The colours.
    pub theme: Theme,
    /// How the home page lays out the plans.
    pub landing: Landing,
    /// What pages and widgets name the store by; it is public.
    #[schema(example = "pk_0123456789abcdefghijklmnopqrstuv")]
    pub publishable_key: String,
    /// Since when.
    pub created_at: Instant,
}

list_of!(StoreList, StoreView);

impl From<StoreRow> for StoreView {
    fn from(row: StoreRow) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            kind: row.kind,
            is_default: row.is_default,
            is_open: row.is_open,
            currency: row.currency,
            locales: row.locales.0,
            price_basis: row.price_basis,
            gateways: row.gateways.0,
            domain_options: row.domain_options.0,
            require_vat_number: row.require_vat_number,
            terms: row.terms.0,
            theme: row.theme,
            landing: row.landing,
            publishable_key: row.publishable_key,
            created_at: row.created_at,
        }
    }
}

/// The answer that shows a store.
pub fn reply(row: StoreRow) -> Reply {
    let version = row.version;
    Reply::ok(&StoreView::from(row)).version(version)
}

/// A new store.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "boutique", "name": "La boutique", "kind": "client", "currency": "EUR", "locales": ["fr-FR", "en"],
    "price_basis": "gross", "gateways": ["transfer", "cheque"], "domain_options": ["register", "use_own"],
    "terms": {"fr-FR": "Article 1. …"}, "theme": "warm", "landing": "row"}))]
pub struct StoreCreate {
    /// Names it in addresses.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
    pub code: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Whom it serves; only the provider has stores for resellers.
    pub kind: StoreKind,
    /// The currency of its prices, for ever.
    pub currency: Currency,
    /// The languages it speaks; the first is the one it falls back to.
    #[schema(min_items = 1)]
    pub locales: Vec<Locale>,
    /// Whether it shows prices with taxes.
    pub price_basis: PriceBasis,
    /// How shoppers can pay.
    #[schema(min_items = 1)]
    pub gateways: Vec<GatewayCode>,
    /// How orders come to their domain name; none for a store without domains.
    #[serde(default)]
    pub domain_options: Vec<DomainOption>,
    /// Whether businesses of the European Union must give a VAT number; if absent, they must if the seller is there too.
    pub require_vat_number: Option<bool>,
    /// The terms of sale, by language.
    #[serde(default)]
    pub terms: BTreeMap<Locale, String>,
    /// The colours.
    #[serde(default)]
    pub theme: Theme,
    /// How the home page lays out the plans.
    #[serde(default)]
    pub landing: Landing,
}

/// Changes of a store: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "La petite boutique", "is_open": false, "theme": "dark"}))]
pub struct StorePatch {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// Whether it takes orders.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub is_open: Change<bool>,
    /// The languages it speaks; the first is the one it falls back to.
    #[serde(default)]
    #[schema(value_type = Vec<Locale>, required = false, min_items = 1)]
    pub locales: Change<Vec<Locale>>,
    /// Whether it shows prices with taxes.
    #[serde(default)]
    #[schema(value_type = PriceBasis, required = false)]
    pub price_basis: Change<PriceBasis>,
    /// How shoppers can pay.
    #[serde(default)]
    #[schema(value_type = Vec<GatewayCode>, required = false, min_items = 1)]
    pub gateways: Change<Vec<GatewayCode>>,
    /// How orders come to their domain name.
    #[serde(default)]
    #[schema(value_type = Vec<DomainOption>, required = false)]
    pub domain_options: Change<Vec<DomainOption>>,
    /// Whether businesses of the European Union must give a VAT number.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub require_vat_number: Change<bool>,
    /// The terms of sale, by language; null removes those of a language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<Locale, Option<String>>, required = false)]
    pub terms: Change<BTreeMap<Locale, Option<String>>>,
    /// The colours.
    #[serde(default)]
    #[schema(value_type = Theme, required = false)]
    pub theme: Change<Theme>,
    /// How the home page lays out the plans.
    #[serde(default)]
    #[schema(value_type = Landing, required = false)]
    pub landing: Change<Landing>,
}

/// What holds for every store.
pub fn check(row: &StoreRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.slug("/code", &row.code);
    check.text("/name", &row.name, 1..=80);
    check_choices(&mut check, "/locales", &row.locales.0, 1);
    check_choices(&mut check, "/gateways", &row.gateways.0, 1);
    check_choices(&mut check, "/domain_options", &row.domain_options.0, 0);
    check_terms(&mut check, "/terms", &row.terms.0, &row.locales.0);
    check.done()
}
