//! A rate: so many per cent of a base, or a fixed amount. Taxes and coupons have one.

use crate::{Money, Percent};

/// `{"percent":"19"}` or `{"fixed":{"amount":"10.00","currency":"USD"}}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// So many per cent of the base.
    Percent(Percent),
    /// The amount itself, whatever the base.
    Fixed(Money),
}
