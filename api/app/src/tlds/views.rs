//! What endings look like.

use crate::kernel::{Change, Nullable};
use comptoir_db::tlds::TldRow;
use comptoir_domain::tlds::{TldPrice, TldState, check_name, check_prices};
use comptoir_domain::{Check, Instant, Problem, RegistrarId, TldId};

/// An ending of names.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TldView {
    /// The ending.
    pub id: TldId,
    /// Without the dot: `com`, `co.uk`.
    pub name: String,
    /// Whether it is offered by the plans that name it.
    pub state: TldState,
    /// Who registers its names; by hand if null.
    pub default_registrar_id: Option<RegistrarId>,
    /// What so many years cost. In a currency without prices here, those of the plan hold.
    pub prices: Vec<TldPrice>,
    /// Whether every seller has it from the beginning.
    pub is_predefined: bool,
    /// Since when.
    pub created_at: Instant,
}

list_of!(TldList, TldView);

impl From<TldRow> for TldView {
    fn from(row: TldRow) -> Self {
        let TldRow { id, name, state, default_registrar_id, prices, is_predefined, created_at, .. } = row;
        Self { id, name, state, default_registrar_id, prices: prices.0, is_predefined, created_at }
    }
}

/// An ending of one's own.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "asso.fr", "prices": [
    {"action": "register", "years": 1, "amount": {"amount": "9.90", "currency": "EUR"}},
    {"action": "renew", "years": 1, "amount": {"amount": "12.00", "currency": "EUR"}}]}))]
pub struct TldCreate {
    /// Without the dot.
    #[schema(min_length = 1, max_length = 63)]
    pub name: String,
    /// What so many years cost.
    #[serde(default)]
    pub prices: Vec<TldPrice>,
}

/// Changes of an ending: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"prices": [
    {"action": "register", "years": 1, "amount": {"amount": "9.90", "currency": "EUR"}},
    {"action": "transfer", "years": 1, "amount": {"amount": "8.00", "currency": "EUR"}},
    {"action": "renew", "years": 1, "amount": {"amount": "12.00", "currency": "EUR"}}]}))]
pub struct TldPatch {
    /// Who registers its names from now on: one that takes the ending; null for by hand.
    #[serde(default)]
    #[schema(value_type = Option<RegistrarId>, required = false)]
    pub default_registrar_id: Nullable<RegistrarId>,
    /// What so many years cost, for new orders: the list is replaced whole. Who has a name keeps what was agreed.
    #[serde(default)]
    #[schema(value_type = Vec<TldPrice>, required = false)]
    pub prices: Change<Vec<TldPrice>>,
}

/// What holds for every ending.
pub fn check(row: &TldRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=63);
    check_name(&mut check, "/name", &row.name);
    check_prices(&mut check, "/prices", &row.prices.0);
    check.done()
}
