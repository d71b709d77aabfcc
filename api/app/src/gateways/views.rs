//! What gateways and connectors look like.

use crate::gateways::ready::Gateways;
use crate::kernel::Change;
use comptoir_connectors::fraud;
use comptoir_connectors::payment::Entry;
use comptoir_connectors::payment::registry::Connector;
use comptoir_connectors::settings::{Field, FieldKind};
use comptoir_db::gateways::GatewayRow;
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::{Currency, GatewayId, Instant, Locale, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// What can be set up.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ConnectorsView {
    /// All payment gateways that are spoken to.
    pub payment: Vec<ConnectorView>,
    /// All who say how likely an order is a fraud.
    pub fraud: Vec<FraudConnectorView>,
}

/// A scorer of the fraud check that can be set up.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudConnectorView {
    /// Its name in the scorer's `connector`.
    pub connector: String,
    /// Its name for people.
    pub name: String,
    /// What it has to be told.
    pub settings: Vec<FieldView>,
}

impl From<&fraud::registry::Connector> for FraudConnectorView {
    fn from(connector: &fraud::registry::Connector) -> Self {
        let settings = connector.fields.iter().map(FieldView::from).collect();
        Self { connector: connector.code.into(), name: connector.name.into(), settings }
    }
}

/// A payment gateway that can be set up.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ConnectorView {
    /// Its name in a new gateway's `connector`.
    pub connector: String,
    /// Its name for people.
    pub name: String,
    /// What it has to be told.
    pub settings: Vec<FieldView>,
    /// Where clients enter what they pay with.
    pub entries: Vec<EntryWord>,
    /// Where clients enter what is kept for later without a payment; nowhere if a method is kept with a payment only, or not at all.
    pub keeps: Vec<EntryWord>,
    /// Whether it is gone: nothing can be paid there, only what it has left behind be taken over.
    pub retired: bool,
    /// If it is gone: what stands in its place.
    pub instead: String,
    /// What it can do besides taking payments: `lookup`, `refunds`, `captures`, `voids`, `vault`, `callbacks`,
    /// `debits`.
    pub abilities: Vec<&'static str>,
}

/// A setting of a connector.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// Its name in `settings`.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// `text`, `secret` (taken, never shown), `flag`, `choice` or `address`.
    pub kind: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
    /// The words of a `choice`; the first, if nothing is said.
    pub choices: Vec<&'static str>,
    /// A value of the right shape.
    pub example: &'static str,
}

/// Where a client enters what is paid with: a `card` in your store, a `token` of the gateway's fields in your store, on the
/// gateway's `page`, a bank `account` in your store, or nowhere (`offline`).
#[derive(Clone, Copy, Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryWord {
    /// In your store.
    Card,
    /// In the gateway's fields that stand in your store.
    Token,
    /// On the gateway's page.
    Page,
    /// A bank account in your store.
    Account,
    /// Nowhere: the client is told what to do.
    Offline,
}

impl From<Entry> for EntryWord {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Card => Self::Card,
            Entry::Token => Self::Token,
            Entry::Page => Self::Page,
            Entry::Account => Self::Account,
            Entry::Offline => Self::Offline,
        }
    }
}

impl ConnectorView {
    /// Of a connector, asked what it can do.
    pub fn new(connector: &Connector) -> Result<Self, comptoir_connectors::ConnectorError> {
        let can = connector.abilities()?;
        let abilities = [
            ("lookup", can.lookup),
            ("refunds", can.refunds),
            ("captures", can.captures),
            ("voids", can.voids),
            ("vault", can.vault),
            ("callbacks", can.callbacks),
            ("debits", can.debits),
        ];
        Ok(Self {
            connector: connector.code.into(),
            name: connector.name.into(),
            retired: can.retired.is_some(),
            instead: can.retired.unwrap_or_default().into(),
            settings: connector.fields.iter().map(FieldView::from).collect(),
            entries: can.entries.iter().map(|entry| EntryWord::from(*entry)).collect(),
            keeps: can.keeps.iter().map(|entry| EntryWord::from(*entry)).collect(),
            abilities: abilities.into_iter().filter_map(|(word, can)| can.then_some(word)).collect(),
        })
    }
}

impl From<&Field> for FieldView {
    fn from(field: &Field) -> Self {
        let choices = match field.kind {
            FieldKind::Choice(words) => words.to_vec(),
            _ => Vec::new(),
        };
        let (name, label, kind, required) = (field.name, field.label, field.kind.as_str(), field.required);
        Self { name, label, kind, required, choices, example: field.example }
    }
}

/// A payment gateway that is set up.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GatewayView {
    /// The gateway.
    pub id: GatewayId,
    /// What stores, orders and transactions call it; it stays.
    pub code: GatewayCode,
    /// Which connector speaks to it; it stays.
    pub connector: String,
    /// Its name, for you.
    pub name: String,
    /// What stores call it, by language.
    pub labels: BTreeMap<Locale, String>,
    /// Whether real money moves.
    pub is_live: bool,
    /// Whether payments can be begun.
    pub is_enabled: bool,
    /// In which currencies; all that it takes if there are none.
    pub currencies: Vec<Currency>,
    /// What it was told, without secrets.
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, Value>,
    /// The secrets that it was told, by name.
    pub secrets: Vec<String>,
    /// Where the gateway is to post what happens.
    #[schema(example = "https://shop.example/v1/gateway-callbacks/redsys/demo")]
    pub callback_url: String,
    /// Since when.
    pub created_at: Instant,
}

list_of!(GatewayList, GatewayView);

impl GatewayView {
    /// Of a row of the seller with this code.
    pub fn new(gateways: &Gateways, row: GatewayRow, seller: &str) -> Self {
        Self {
            secrets: gateways.secrets(&row).unwrap_or_default().into_keys().collect(),
            callback_url: gateways.callback_url(row.code, seller),
            id: row.id,
            code: row.code,
            connector: row.connector,
            name: row.name,
            labels: row.labels.0,
            is_live: row.is_live,
            is_enabled: row.is_enabled,
            currencies: row.currencies.0,
            settings: row.settings.0,
            created_at: row.created_at,
        }
    }
}

/// A gateway to be set up.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"connector": "transfer", "name": "Bank transfer", "labels": {"en": "Bank transfer"}, "is_live": true,
    "settings": {"instructions": "Transfer {amount} to ES91 2100 0418 4502 0005 1332, naming {reference}."}}))]
pub struct GatewayCreate {
    /// Which connector speaks to it: see `GET /v1/connectors`.
    #[schema(max_length = 40)]
    pub connector: String,
    /// What stores, orders and transactions call it; the connector's name if absent. Cheque and transfer keep theirs.
    pub code: Option<GatewayCode>,
    /// Its name, for you.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What stores call it, by language.
    #[serde(default)]
    pub labels: BTreeMap<Locale, String>,
    /// Whether real money moves.
    #[serde(default)]
    pub is_live: bool,
    /// Whether payments can be begun.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// In which currencies; all that it takes if there are none.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub currencies: Vec<Currency>,
    /// What it has to be told, secrets among it.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, Value>,
}

fn yes() -> bool {
    true
}

/// Changes of a gateway: absent parts stay.
#[derive(Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_enabled": false, "settings": {"instructions": null}}))]
pub struct GatewayPatch {
    /// Its name, for you.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// What stores call it, by language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<Locale, String>, required = false)]
    pub labels: Change<BTreeMap<Locale, String>>,
    /// Whether real money moves.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub is_live: Change<bool>,
    /// Whether payments can be begun.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub is_enabled: Change<bool>,
    /// In which currencies; all that it takes if there are none.
    #[serde(default)]
    #[schema(value_type = Vec<Currency>, required = false, max_items = 200)]
    pub currencies: Change<Vec<Currency>>,
    /// What is named is told anew, or forgotten by null; the rest stays.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub settings: BTreeMap<String, Value>,
}

/// Whether a gateway answers as it should.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GatewayTestView {
    /// Whether address and credentials are right.
    pub works: bool,
    /// The gateway's code, if not.
    pub code: Option<String>,
    /// What it said.
    pub message: String,
}

/// The connector of that name, or a refusal that names the place.
pub fn connector(name: &str) -> Result<&'static Connector, Problem> {
    let found = comptoir_connectors::payment::registry::find(name);
    found.ok_or_else(|| Problem::field("/connector", "unknown", "GET /v1/connectors lists what there is"))
}
