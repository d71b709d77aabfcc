//! From rows to the desired record of a panel: the names, and what plan and add-ons promise.

use crate::hosting::allotment;
use chrono::NaiveDate;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::panel::{Account, InvalidName, State};
use comptoir_db::services::ServiceRow;
use comptoir_db::{Db, Outcome, Scope, subscriptions};
use comptoir_domain::hosting::Properties;
use comptoir_domain::hosting::allotment::available;
use comptoir_domain::subscriptions::ServiceState;
use std::collections::HashMap;

/// The record that each service asks for on a day, in their order; a dozen queries however many there are.
pub fn accounts(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    rows: &[ServiceRow],
) -> Outcome<Vec<Result<Account, ConnectorError>>> {
    let ids: Vec<_> = rows.iter().map(|row| row.subscription_id).collect();
    let contracts = subscriptions::find_many(db, scope, &ids)?;
    let own = allotment::of_seller(db, scope, today)?;
    // a permission that the seller lacks is off for its clients and for itself, and no limit passes its own
    let given = |promised: Properties| own.as_ref().map_or(promised.clone(), |own| available(&promised, own));
    let promised = allotment::promised(db, scope, today, &contracts)?.into_iter().map(given);
    let by_id: HashMap<_, _> = contracts.iter().map(|row| row.id).zip(promised).collect();
    let nothing = Properties::default();
    let account = |row: &ServiceRow| {
        let given = by_id.get(&row.subscription_id).unwrap_or(&nothing);
        account(row, given).map_err(|error| ConnectorError::invalid("name", format!("{}: {error}", row.name)))
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
