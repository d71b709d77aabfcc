//! What a seller settles about its business: billing, dunning, collection, bank_files, provisioning, taxes, fraud.

use crate::kernel::routes::Routes;
use crate::kernel::{Answer, Body, Call, IfMatch, Reply};
use actix_web::{get, put};
use comptoir_db::Json;
use comptoir_db::{administrators, settings};
use comptoir_domain::bank::BankFileSettings;
use comptoir_domain::fraud::FraudPolicy;
use comptoir_domain::permissions::may;
use comptoir_domain::schet_facturas::SchetFacturaSettings;
use comptoir_domain::services::ProvisioningPolicy;
use comptoir_domain::settings::{BillingSettings, CollectionSettings, SellerSettings};
use comptoir_domain::subscriptions::ChangePolicies;
use comptoir_domain::taxes::TaxSettings;
use comptoir_domain::usage::UsageSettings;
use comptoir_domain::{Result, dunning::DunningPolicy};
use serde_json::json;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(get_settings).service(replace_settings);
}

/// The settings of a seller.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SettingsView {
    /// When and how it invoices.
    pub billing: BillingSettings,
    /// What it does about unpaid invoices.
    pub dunning: DunningPolicy,
    /// When it charges stored payment methods.
    pub collection: CollectionSettings,
    /// When files for banks are made, and whose account they are for.
    pub bank_files: BankFileSettings,
    /// What must be true before what was ordered is set up.
    pub provisioning: ProvisioningPolicy,
    /// How subscriptions are changed, where their plan says nothing else.
    pub changes: ChangePolicies,
    /// Who is told that much is used.
    pub usage: UsageSettings,
    /// How buyers of other countries are taxed.
    pub taxes: TaxSettings,
    /// Whether and how schet-facturas are written.
    pub schet_facturas: SchetFacturaSettings,
    /// Whether and how orders are checked for fraud.
    pub fraud: FraudPolicy,
}

impl From<SellerSettings> for SettingsView {
    fn from(settings: SellerSettings) -> Self {
        let SellerSettings {
            billing,
            dunning,
            collection,
            bank_files,
            provisioning,
            changes,
            usage,
            taxes,
            schet_facturas,
            fraud,
        } = settings;
        Self { billing, dunning, collection, bank_files, provisioning, changes, usage, taxes, schet_facturas, fraud }
    }
}

/// New settings. Whatever is left out is the default.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"billing": {"term_days": 14}, "dunning": {"reminders": [-3, 1, 7], "suspend_after": 14, "collections_after": 30, "cancel_after": 60},
    "provisioning": {"require": ["paid", "nothing_overdue"], "mode": "automatic"},
    "usage": {"limit": {"seller": true, "client": true, "contacts": false, "addresses": ["watch@example.com"]}}}))]
pub struct SettingsCreate {
    /// When and how to invoice.
    #[serde(default)]
    pub billing: BillingSettings,
    /// What to do about unpaid invoices.
    #[serde(default)]
    pub dunning: DunningPolicy,
    /// When to charge stored payment methods.
    #[serde(default)]
    pub collection: CollectionSettings,
    /// When files for banks are made, and whose account they are for.
    #[serde(default)]
    pub bank_files: BankFileSettings,
    /// What must be true before what was ordered is set up, and whether that happens by itself.
    #[serde(default)]
    pub provisioning: ProvisioningPolicy,
    /// How to change subscriptions, where their plan says nothing else.
    #[serde(default)]
    pub changes: ChangePolicies,
    /// Whom to tell that much is used.
    #[serde(default)]
    pub usage: UsageSettings,
    /// How buyers of other countries are taxed.
    #[serde(default)]
    pub taxes: TaxSettings,
    /// Whether and how schet-facturas are written.
    #[serde(default)]
    pub schet_facturas: SchetFacturaSettings,
    /// Whether and how orders are checked for fraud.
    #[serde(default)]
    pub fraud: FraudPolicy,
}

impl SettingsCreate {
    fn checked(self) -> Result<SellerSettings> {
        let Self {
            billing,
            dunning,
            collection,
            bank_files,
            provisioning,
            changes,
            usage,
            taxes,
            schet_facturas,
            fraud,
        } = self;
        let settings = SellerSettings {
            billing,
            dunning,
            collection,
            bank_files,
            provisioning,
            changes,
            usage,
            taxes,
            schet_facturas,
            fraud,
        };
        settings.check()?;
        Ok(settings.normal())
    }
}

/// Get your settings
#[utoipa::path(tag = "settings", responses((status = 200, body = SettingsView, description = "The settings")))]
#[get("/v1/settings")]
pub async fn get_settings(call: Call<may::ReadSeller>) -> Answer {
    let row = call.read(|db, ctx| settings::read(db, ctx.scope)).await?;
    Ok(Reply::ok(&SettingsView::from(row.value.0)).version(row.version))
}

/// Replace your settings
///
/// Whatever you leave out is the default again.
#[utoipa::path(tag = "settings", request_body = SettingsCreate, responses((status = 200, body = SettingsView, description = "The settings as they are now")))]
#[put("/v1/settings")]
pub async fn replace_settings(call: Call<may::WriteSeller>, seen: IfMatch, body: Body<SettingsCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = settings::read(tx, ctx.scope)?;
        seen.check(row.version)?;
        row.value = Json(body.0.clone().checked()?);
        if let Some(responsible) = row.value.0.bank_files.responsible_administrator {
            administrators::find(tx, ctx.scope, responsible)?;
        }
        settings::save(tx, &mut row)?;
        ctx.record(tx, "settings.replaced", ctx.scope.seller(), json!({ "settings": row.value.0 }))?;
        Ok(Reply::ok(&SettingsView::from(row.value.0)).version(row.version))
    })
    .await
}
