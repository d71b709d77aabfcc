//! What moves of subscriptions to other prices look like before they are made.

use crate::subscriptions::price_moves::Moving;
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::PriceStay;
use comptoir_domain::{ClientId, Currency, Money, Problem, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};
use std::collections::BTreeMap;

/// So many are shown one by one.
const SHOWN: usize = 500;

/// An item that would move.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ItemMoveView {
    /// The item that would end.
    pub item_id: SubscriptionItemId,
    /// For people.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs a cycle now.
    pub before: UnitPrice,
    /// What one would cost.
    pub after: UnitPrice,
}

/// A subscription that would move.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionMoveView {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub client_id: ClientId,
    /// Its first day at the new price.
    pub first_day: chrono::NaiveDate,
    /// What of it moves.
    pub items: Vec<ItemMoveView>,
    /// What a cycle costs now, discounts and taxes left aside.
    pub before: Money,
    /// What it would cost.
    pub after: Money,
}

/// A subscription that stays at its price.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionStayView {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Why.
    pub reason: PriceStay,
}

/// What all that move pay together.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MoveTotalView {
    /// For this cycle.
    #[schema(value_type = String, example = "1-month")]
    pub cycle: Cycle,
    /// How many subscriptions.
    #[schema(minimum = 0)]
    pub subscriptions: i64,
    /// For a cycle of each now.
    pub before: Money,
    /// And at the new price.
    pub after: Money,
}

/// What a move would do.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PlanMovePreviewView {
    /// By cycle and currency, over all that move.
    pub totals: Vec<MoveTotalView>,
    /// How many stay, by the reason.
    pub staying: BTreeMap<PriceStay, i64>,
    /// The first five hundred that move.
    pub moves: Vec<SubscriptionMoveView>,
    /// The first five hundred that stay.
    pub stays: Vec<SubscriptionStayView>,
}

/// What is gathered for it.
#[derive(Default)]
pub struct Preview {
    totals: BTreeMap<(Cycle, Currency), Vec<(Money, Money)>>,
    staying: BTreeMap<PriceStay, i64>,
    moves: Vec<SubscriptionMoveView>,
    stays: Vec<SubscriptionStayView>,
}

impl Preview {
    /// Adds what was decided of a subscription.
    pub fn add(&mut self, row: &SubscriptionRow, decided: Result<Moving, PriceStay>) -> Result<(), Problem> {
        let moving = match decided {
            Ok(moving) => moving,
            Err(reason) => {
                *self.staying.entry(reason).or_default() += 1;
                if self.stays.len() < SHOWN {
                    self.stays.push(SubscriptionStayView { subscription_id: row.id, reason });
                }
                return Ok(());
            }
        };
        let (before, after) = moving.cycle_prices()?;
        self.totals.entry((row.cycle, row.currency)).or_default().push((before, after));
        if self.moves.len() < SHOWN {
            self.moves.push(SubscriptionMoveView {
                subscription_id: row.id,
                client_id: row.client_id,
                first_day: moving.first_day,
                items: items(&moving),
                before,
                after,
            });
        }
        Ok(())
    }

    /// Everything together.
    pub fn view(self) -> Result<PlanMovePreviewView, Problem> {
        let total = |((cycle, currency), all): ((Cycle, Currency), Vec<(Money, Money)>)| {
            Ok(MoveTotalView {
                cycle,
                subscriptions: i64::try_from(all.len()).unwrap_or(i64::MAX),
                before: Money::sum(currency, all.iter().map(|(before, _)| *before))?,
                after: Money::sum(currency, all.iter().map(|(_, after)| *after))?,
            })
        };
        let totals = self.totals.into_iter().map(total).collect::<Result<_, Problem>>()?;
        Ok(PlanMovePreviewView { totals, staying: self.staying, moves: self.moves, stays: self.stays })
    }
}

fn items(moving: &Moving) -> Vec<ItemMoveView> {
    let moves = moving.items.iter().filter_map(|(old, new)| Some((old, new.as_ref()?)));
    let view = moves.map(|(old, new)| ItemMoveView {
        item_id: old.id,
        description: old.description.clone(),
        quantity: old.quantity,
        before: old.unit_price,
        after: new.unit_price,
    });
    view.collect()
}
