//! What add-on groups look like.

use crate::kernel::Change;
use comptoir_db::add_on_groups::AddOnGroupRow;
use comptoir_domain::{AddOnGroupId, Check, Instant, Problem};

/// A group of add-ons.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AddOnGroupView {
    /// The group.
    pub id: AddOnGroupId,
    /// Its name, for those who work here.
    pub name: String,
    /// What the store asks the shopper.
    pub question: String,
    /// Where it stands among the groups: the smallest first.
    pub position: i64,
    /// Since when.
    pub created_at: Instant,
}

list_of!(AddOnGroupList, AddOnGroupView);

impl From<AddOnGroupRow> for AddOnGroupView {
    fn from(row: AddOnGroupRow) -> Self {
        let AddOnGroupRow { id, name, question, position, created_at, .. } = row;
        Self { id, name, question, position, created_at }
    }
}

/// A new group.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Back-ups", "question": "How often shall we back up your site?", "position": 2}))]
pub struct AddOnGroupCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What the store asks the shopper.
    #[schema(min_length = 1, max_length = 200)]
    pub question: String,
    /// Where it stands among the groups: the smallest first.
    #[serde(default)]
    pub position: i64,
}

/// Changes of a group: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "Do you want back-ups?"}))]
pub struct AddOnGroupPatch {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    pub name: Change<String>,
    /// What the store asks the shopper.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub question: Change<String>,
    /// Where it stands among the groups.
    #[serde(default)]
    #[schema(value_type = i64, required = false)]
    pub position: Change<i64>,
}

/// What holds for every group.
pub fn check(row: &AddOnGroupRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=60);
    check.text("/question", &row.question, 1..=200);
    check.done()
}
