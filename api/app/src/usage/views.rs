//! What use looks like.

use comptoir_db::usage::UsageRecordRow;
use comptoir_domain::schedule::Period;
use comptoir_domain::usage::Resource;
use comptoir_domain::{Instant, Money, SubscriptionId, UnitPrice, UsageRecordId};

/// A report of what was used.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct UsageRecordView {
    /// The report.
    pub id: UsageRecordId,
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// What was used.
    pub resource: Resource,
    /// On which days; `to` is the day after the last one.
    pub period: Period,
    /// How many bytes.
    pub amount: i64,
    /// The month of the subscription that it counts in.
    pub month: Period,
    /// Who reported it.
    pub source: String,
    /// The name that the source gave it.
    pub key: String,
    /// The report that it corrects.
    pub replaces: Option<UsageRecordId>,
    /// When it came.
    pub created_at: Instant,
}

list_of!(UsageRecordList, UsageRecordView);

impl From<&UsageRecordRow> for UsageRecordView {
    fn from(row: &UsageRecordRow) -> Self {
        Self {
            id: row.id,
            subscription_id: row.subscription_id,
            resource: row.resource,
            period: row.period(),
            amount: row.amount,
            month: row.month(),
            source: row.source.clone(),
            key: row.record_key.clone(),
            replaces: row.replaces_id,
            created_at: row.created_at,
        }
    }
}

/// What came of a report.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct UsageReportView {
    /// How many were not known before.
    pub new: usize,
    /// What is known now, in the order in which it was sent.
    pub records: Vec<UsageRecordView>,
}

/// Reports of what was used: all of them are taken, or none.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "panel-1", "records": [
    {"key": "web7-2026-01-05", "subscription_id": "sub_000g40o40k30e209185go38e1s", "resource": "disk_space",
        "period": {"from": "2026-01-05", "to": "2026-01-06"}, "amount": 3_100_000_000_u64},
    {"key": "web7-2026-01-05-mended", "subscription_id": "sub_000g40o40k30e209185go38e1s", "resource": "traffic",
        "period": {"from": "2026-01-05", "to": "2026-01-06"}, "amount": 52_000_000_u64, "replaces": "usg_000g40o40k30e209185go38e1s"}]}))]
pub struct UsageReport {
    /// Who reports: a panel or a program, by a short name of your own.
    #[schema(min_length = 1, max_length = 40)]
    pub source: String,
    /// What was used.
    #[schema(min_items = 1, max_items = 100)]
    pub records: Vec<UsageReportItem>,
}

/// What was used of a resource on some days of one month of a subscription.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageReportItem {
    /// A name that the source gives no other report: what is sent twice counts once.
    #[schema(min_length = 1, max_length = 100)]
    pub key: String,
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// What was used. Traffic of a month adds up; of disk space the largest report counts.
    pub resource: Resource,
    /// On which days: a day, or more days of the same month of the subscription. `to` is the day after the last one.
    pub period: Period,
    /// How many bytes.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    pub amount: u64,
    /// The report of the same resource and days that this one corrects.
    pub replaces: Option<UsageRecordId>,
}

/// What a subscription has used in a month.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionUsageView {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// The month: months of a subscription are counted from the day on which it renews.
    pub month: Period,
    /// By resource.
    pub resources: Vec<ResourceUsageView>,
}

/// What was used of a resource in a month.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ResourceUsageView {
    /// The resource.
    pub resource: Resource,
    /// Bytes: traffic added up, disk space at most.
    pub used: u64,
    /// Bytes that are in plan and add-ons; null without limit.
    pub limit: Option<u64>,
    /// Bytes at which notice is given; null for none.
    pub soft_quota: Option<u64>,
    /// Bytes above the limit.
    pub above: u64,
    /// What that costs; null if nothing is charged for it.
    pub charge: Option<OveruseChargeView>,
}

/// What use above a limit costs.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OveruseChargeView {
    /// How many bytes one unit has.
    pub unit_size: u64,
    /// What one unit costs.
    pub unit_price: UnitPrice,
    /// Units that were begun.
    pub units: u64,
    /// What they cost, as prices of the store are, before taxes that come on top.
    pub cost: Money,
    /// Units that are on invoices already.
    pub invoiced_units: u64,
}
