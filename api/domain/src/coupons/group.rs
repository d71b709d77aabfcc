//! What a group of clients may and will always get (PRO-03).

use crate::Percent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The discounts of a client's group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct GroupDiscount {
    /// The most that a member gets; no limit if absent.
    pub maximum: Option<Percent>,
    /// What a member gets on top of any offer.
    pub guaranteed: Percent,
}

/// The percentage that is taken off: the offer up to the group's maximum, plus what is guaranteed, the sum again up to
/// the maximum, and never more than everything.
pub fn effective_percent(offered: Percent, maximum: Option<Percent>, guaranteed: Percent) -> Percent {
    let most = maximum.unwrap_or(Percent::hundred()).min(Percent::hundred());
    let sum = offered.min(most).get() + guaranteed.get();
    Percent::new(sum).map_or(most, |sum| sum.min(most))
}
