//! From rows to the desired record of a panel: the names, and what plan and add-ons promise.

use crate::hosting::Promises;
use chrono::NaiveDate;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::panel::{Account, InvalidName, State};
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::SubscriptionItemRow;
use comptoir_db::{Db, Outcome, Scope, custom_hosting, subscriptions};
use comptoir_domain::hosting::Properties;
use comptoir_domain::subscriptions::ServiceState;
use std::collections::HashMap;

/// The record that each service asks for on a day, in their order; five queries however many there are.
pub fn accounts(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    rows: &[ServiceRow],
) -> Outcome<Vec<Result<Account, ConnectorError>>> {
    let ids: Vec<_> = rows.iter().map(|row| row.subscription_id).collect();
    let contracts = subscriptions::find_many(db, scope, &ids)?;
    let items = subscriptions::items_of(db, scope, &ids)?;
    let runs = |item: &&SubscriptionItemRow| item.from_on <= today && item.to_on.is_none_or(|to| to > today);
    let bought: Vec<_> = items.iter().filter(runs).collect();
    let plans = contracts.iter().filter_map(|row| row.plan_id).collect();
    let promises = Promises::read(db, scope, plans, bought.iter().filter_map(|item| item.add_on_id).collect())?;
    let by_id: HashMap<_, _> = contracts.iter().map(|row| (row.id, row)).collect();
    let custom = custom_hosting::of_subscriptions(db, scope, &ids)?;
    let account = |row: &ServiceRow| {
        let theirs = bought.iter().filter(|item| item.subscription_id == row.subscription_id);
        let plan = by_id.get(&row.subscription_id).and_then(|contract| contract.plan_id);
        let promised = match plan {
            None => custom.get(&row.subscription_id).cloned(),
            Some(_) => None,
        };
        let promised = promised.unwrap_or_else(|| promises.of(plan, theirs.filter_map(|item| item.add_on_id)));
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
        disk_limit: promised.number("disk_space"),
        state: match row.desired {
            ServiceState::Active => State::Active,
            ServiceState::Suspended => State::Suspended,
            ServiceState::Absent => State::Removed,
        },
    })
}
