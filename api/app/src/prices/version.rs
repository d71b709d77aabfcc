//! One version of a price among those of its cycle and currency, while the plan or the add-on that has it is locked.

use crate::kernel::call::Ctx;
use comptoir_db::add_ons::{self, AddOnRow};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, PriceRow, Priced};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::plans::Span;
use comptoir_domain::{PriceId, Problem};
use serde_json::{Value, json};

/// What has the price.
enum Owner {
    Plan(PlanRow),
    AddOn(AddOnRow),
}

/// A version, and what has to be known to change it.
pub struct Version {
    owner: Owner,
    /// All versions of the cycle and currency, the oldest first.
    pub all: Vec<PriceRow>,
    /// Its place among them.
    pub at: usize,
}

impl Version {
    /// Locks what has the price, and reads.
    pub fn lock(tx: &mut Db, ctx: &Ctx, id: PriceId) -> Outcome<Self> {
        let row = prices::find(tx, ctx.scope, id)?;
        let (owner, priced) = match (row.plan_id, row.add_on_id) {
            (Some(plan), _) => (Owner::Plan(plans::lock(tx, ctx.scope, plan)?), Priced::Plan(plan)),
            (None, Some(add_on)) => (Owner::AddOn(add_ons::lock(tx, ctx.scope, add_on)?), Priced::AddOn(add_on)),
            (None, None) => return Err(Failure::Corrupt(format!("{id} is the price of nothing"))),
        };
        let all = prices::versions(tx, ctx.scope, priced, row.cycle, row.currency)?;
        // someone may have withdrawn it since
        let at = all.iter().position(|row| row.id == id).ok_or_else(Problem::not_found)?;
        Ok(Self { owner, all, at })
    }

    /// The row itself.
    pub fn row(&self) -> Outcome<&PriceRow> {
        self.all.get(self.at).ok_or_else(|| Problem::not_found().into())
    }

    /// The days of all of them, for the rules.
    pub fn spans(&self) -> Vec<Span> {
        self.all.iter().map(|row| Span { from: row.valid_from, to: row.valid_to }).collect()
    }

    /// What has happened to it, as it is recorded.
    pub fn fact(&self) -> Outcome<Value> {
        let row = self.row()?;
        Ok(json!({ "plan_id": row.plan_id, "add_on_id": row.add_on_id, "cycle": row.cycle,
            "recurring": row.price().recurring, "valid_from": row.valid_from }))
    }

    /// What has the price shows it too: it is another version of itself now.
    pub fn touch(mut self, tx: &mut Db) -> Outcome<()> {
        match &mut self.owner {
            Owner::Plan(row) => plans::save(tx, row),
            Owner::AddOn(row) => add_ons::save(tx, row),
        }
    }
}
