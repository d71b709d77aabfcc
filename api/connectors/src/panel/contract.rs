//! What every panel has to pass, starting without the accounts `one` and `two`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a suite of assertions")]

use super::{Account, HostingPanel, Observed, State};
use crate::error::{Kind, Result};
use comptoir_domain::Instant;

/// An active account without PHP.
pub fn account(id: &str, domain: &str) -> Account {
    Account {
        id: id.parse().unwrap(),
        domain: domain.parse().unwrap(),
        system_user: "anna".parse().unwrap(),
        script_php: false,
        disk_limit: Some(1_000_000),
        state: State::Active,
    }
}

/// Noon on a 29 February.
pub fn noon() -> Instant {
    "2028-02-29T12:00:00Z".parse().unwrap()
}

fn kind(answer: Result<impl std::fmt::Debug>) -> Kind {
    answer.unwrap_err().kind
}

/// Runs everything.
pub async fn hosting_panel(panel: &dyn HostingPanel) {
    let one = account("one", "one.example");
    assert_eq!(kind(panel.fetch(&one.id).await), Kind::NotFound);
    states(panel, &one).await;
    domains_belong_to_one(panel, &one).await;
    removal(panel, &one).await;
}

/// Each state can be asked for twice, in any order, and is then observed.
async fn states(panel: &dyn HostingPanel, one: &Account) {
    let raised = Account { disk_limit: Some(2_000_000), system_user: "berta".parse().unwrap(), ..one.clone() };
    let suspended = Account { state: State::Suspended, ..raised.clone() };
    for desired in [one, one, &suspended, &suspended, &raised, one] {
        let observed: Observed = panel.apply(desired, noon()).await.unwrap();
        assert_eq!(&observed.account, desired);
        assert_eq!(panel.fetch(&one.id).await.unwrap(), observed);
    }
    if let Some(usage) = panel.usage() {
        usage.disk_bytes(&one.id).await.unwrap();
        assert_eq!(kind(usage.disk_bytes(&"two".parse().unwrap()).await), Kind::NotFound);
    }
}

/// Another account cannot have the domain, in no state, and an account cannot move to another domain.
async fn domains_belong_to_one(panel: &dyn HostingPanel, one: &Account) {
    for state in [State::Active, State::Suspended] {
        let thief = Account { state, ..account("two", "one.example") };
        assert_eq!(kind(panel.apply(&thief, noon()).await), Kind::Conflict);
    }
    panel.apply(&Account { state: State::Removed, ..account("two", "one.example") }, noon()).await.unwrap();
    assert_eq!(panel.fetch(&one.id).await.unwrap().account, *one, "removing nothing takes nothing from others");
    assert_eq!(kind(panel.apply(&account("one", "moved.example"), noon()).await), Kind::Conflict);
}

/// What is removed is gone, removing again is no error, and the domain is free.
async fn removal(panel: &dyn HostingPanel, one: &Account) {
    let removed = Account { state: State::Removed, ..one.clone() };
    for _ in 0..2 {
        assert_eq!(panel.apply(&removed, noon()).await.unwrap().account, removed);
        assert_eq!(kind(panel.fetch(&one.id).await), Kind::NotFound);
    }
    let two = account("two", "one.example");
    assert_eq!(panel.apply(&two, noon()).await.unwrap().account, two);
}
