//! What groups of clients look like.

use crate::kernel::{Change, Nullable, Reply};
use comptoir_db::Json;
use comptoir_db::client_groups::ClientGroupRow;
use comptoir_domain::client_groups::check_discounts;
use comptoir_domain::dunning::DunningPolicy;
use comptoir_domain::{Check, ClientGroupId, Instant, Percent, Problem};

/// A group of clients.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientGroupView {
    /// The group.
    pub id: ClientGroupId,
    /// Its name, for the seller.
    pub name: String,
    /// Whether clients are in it who are put into no other; one group is it for ever.
    pub is_default: bool,
    /// The most that is taken off for a member, in per cent; no limit if null.
    pub maximum_discount: Option<Percent>,
    /// What is taken off on top of any offer, in per cent; with it no more than the maximum.
    pub guaranteed_discount: Percent,
    /// Unpaid subscriptions of members are not suspended, handed to debt collection or ended; reminders come all the same.
    pub exempt_from_suspension: bool,
    /// What is done about unpaid invoices of members; the seller's settings if null.
    pub dunning: Option<DunningPolicy>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(ClientGroupList, ClientGroupView);

impl From<ClientGroupRow> for ClientGroupView {
    fn from(row: ClientGroupRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            is_default: row.is_default,
            maximum_discount: row.maximum_discount,
            guaranteed_discount: row.guaranteed_discount,
            exempt_from_suspension: row.exempt_from_suspension,
            dunning: row.dunning.map(|policy| policy.0),
            created_at: row.created_at,
        }
    }
}

/// The answer that shows a group.
pub fn reply(row: ClientGroupRow) -> Reply {
    let version = row.version;
    Reply::ok(&ClientGroupView::from(row)).version(version)
}

/// A new group of clients.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Old friends", "maximum_discount": "25", "guaranteed_discount": "10", "exempt_from_suspension": true,
    "dunning": {"reminders": [7, 21], "suspend_after": 45}}))]
pub struct ClientGroupCreate {
    /// Its name, for the seller.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The most that is taken off for a member, in per cent; no limit if absent.
    pub maximum_discount: Option<Percent>,
    /// What is taken off on top of any offer, in per cent; nothing if absent.
    #[serde(default)]
    pub guaranteed_discount: Percent,
    /// Leave unpaid subscriptions of members alone, except for reminders.
    #[serde(default)]
    pub exempt_from_suspension: bool,
    /// What to do about unpaid invoices of members; as the seller's settings have it if absent.
    pub dunning: Option<DunningPolicy>,
}

/// Changes of a group: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"guaranteed_discount": "15", "maximum_discount": null, "dunning": null}))]
pub struct ClientGroupPatch {
    /// Its name, for the seller.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// The most that is taken off for a member, in per cent; null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<Percent>, required = false)]
    pub maximum_discount: Nullable<Percent>,
    /// What is taken off on top of any offer, in per cent.
    #[serde(default)]
    #[schema(value_type = Percent, required = false)]
    pub guaranteed_discount: Change<Percent>,
    /// Leave unpaid subscriptions of members alone, except for reminders.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub exempt_from_suspension: Change<bool>,
    /// What to do about unpaid invoices of members; null for the seller's settings.
    #[serde(default)]
    #[schema(value_type = Option<DunningPolicy>, required = false)]
    pub dunning: Nullable<DunningPolicy>,
}

impl ClientGroupPatch {
    /// Writes the changes over what is there.
    pub fn apply(self, row: &mut ClientGroupRow) {
        self.name.apply(&mut row.name);
        self.maximum_discount.apply(&mut row.maximum_discount);
        self.guaranteed_discount.apply(&mut row.guaranteed_discount);
        self.exempt_from_suspension.apply(&mut row.exempt_from_suspension);
        let mut dunning = row.dunning.take().map(|policy| policy.0);
        self.dunning.apply(&mut dunning);
        row.dunning = dunning.map(Json);
    }
}

/// What holds for every group.
pub fn check(row: &ClientGroupRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    check_discounts(&mut check, "", row.maximum_discount, Some(row.guaranteed_discount));
    if let Some(policy) = &row.dunning {
        check.part("/dunning", policy.0.check());
    }
    check.done()
}
