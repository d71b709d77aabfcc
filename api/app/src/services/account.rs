//! From rows to the desired record of a panel: the names, and what plan and add-ons promise.

use chrono::NaiveDate;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::panel::{Account, InvalidName, State};
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, Scope, add_ons, plans};
use comptoir_domain::hosting::{Properties, Value, merge};
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::{AddOnId, PlanId};
use std::collections::{BTreeSet, HashMap};

/// The record that each service asks for on a day, in their order; four queries however many there are.
pub fn accounts(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    rows: &[ServiceRow],
) -> Outcome<Vec<Result<Account, ConnectorError>>> {
    let ids: Vec<_> = rows.iter().map(|row| row.subscription_id).collect();
    let contracts = subscriptions::find_many(db, scope, &ids)?;
    let items = subscriptions::items_of(db, scope, &ids)?;
    let promises = Promises::read(db, scope, today, &contracts, &items)?;
    let by_id: HashMap<_, _> = contracts.iter().map(|row| (row.id, row)).collect();
    let account = |row: &ServiceRow| {
        let promised = by_id.get(&row.subscription_id).map(|contract| promises.of(contract)).unwrap_or_default();
        account(row, &promised).map_err(|error| ConnectorError::invalid("name", format!("{}: {error}", row.name)))
    };
    Ok(rows.iter().map(account).collect())
}

fn account(row: &ServiceRow, promised: &Properties) -> Result<Account, InvalidName> {
    let id = row.id.to_string();
    Ok(Account {
        domain: row.name.parse()?,
        // a letter and 26 letters and digits: nobody else has it, and it fits any system
        system_user: format!("w{}", id.trim_start_matches("svc_")).parse()?,
        id: id.parse()?,
        script_php: promised.is_on("script_php"),
        disk_limit: match promised.get("disk_space") {
            Some(Value::Number(bytes)) => Some(*bytes),
            _ => None,
        },
        state: match row.desired {
            ServiceState::Active => State::Active,
            ServiceState::Suspended => State::Suspended,
            ServiceState::Absent => State::Removed,
        },
    })
}

/// What plans and add-ons promise.
struct Promises<'a> {
    plans: HashMap<PlanId, Properties>,
    add_ons: HashMap<AddOnId, Properties>,
    bought: Vec<&'a SubscriptionItemRow>,
}

impl<'a> Promises<'a> {
    fn read(
        db: &mut Db,
        scope: Scope,
        today: NaiveDate,
        contracts: &[SubscriptionRow],
        items: &'a [SubscriptionItemRow],
    ) -> Outcome<Self> {
        let runs = |item: &&SubscriptionItemRow| item.from_on <= today && item.to_on.is_none_or(|to| to > today);
        let bought: Vec<_> = items.iter().filter(runs).collect();
        let plan_ids: BTreeSet<_> = contracts.iter().filter_map(|row| row.plan_id).collect();
        let add_on_ids: BTreeSet<_> = bought.iter().filter_map(|item| item.add_on_id).collect();
        let plans = plans::find_many(db, scope, &Vec::from_iter(plan_ids))?;
        let add_ons = add_ons::find_many(db, scope, &Vec::from_iter(add_on_ids))?;
        Ok(Self {
            plans: plans.into_iter().map(|row| (row.id, row.properties.0)).collect(),
            add_ons: add_ons.into_iter().map(|row| (row.id, row.properties.0)).collect(),
            bought,
        })
    }

    /// A contract without a plan promises nothing that a panel would limit.
    fn of(&self, contract: &SubscriptionRow) -> Properties {
        let nothing = Properties::default();
        let plan = contract.plan_id.and_then(|id| self.plans.get(&id)).unwrap_or(&nothing);
        let theirs = self.bought.iter().filter(|item| item.subscription_id == contract.id);
        merge(plan, theirs.filter_map(|item| item.add_on_id).filter_map(|id| self.add_ons.get(&id)))
    }
}
