//! A panel for demonstrations and tests: it keeps the accounts in a book of its own and fails on demand, either once
//! ([`FakePanel::fail_next`]) or by the first label of a domain ([`Trouble::LABELS`]).

use super::{Account, ExternalId, HostingPanel, Observed, State, Usage};
use crate::book::{Book, Replay};
use crate::error::{ConnectorError, Kind, Result};
use async_trait::async_trait;
use comptoir_domain::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What can go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The panel says no.
    Refused,
    /// The panel cannot be reached.
    Unavailable,
    /// The call is lost on the way; by label, only the first one for an account.
    LostBefore,
    /// It is done, but the answer is lost; by label, only when something changed.
    LostAfter,
}

impl Trouble {
    /// `refused.example.com` is refused, and so on.
    pub const LABELS: &'static [(&'static str, Trouble)] = &[
        ("refused", Trouble::Refused),
        ("unavailable", Trouble::Unavailable),
        ("lost-before", Trouble::LostBefore),
        ("lost-after", Trouble::LostAfter),
    ];

    fn error(self) -> ConnectorError {
        match self {
            Trouble::Refused => ConnectorError::new(Kind::Declined, "refused", "the panel refused"),
            Trouble::Unavailable => ConnectorError::new(Kind::Unavailable, "outage", "the panel cannot be reached"),
            Trouble::LostBefore | Trouble::LostAfter => {
                ConnectorError::new(Kind::Unknown, "timeout", "the panel did not answer in time")
            }
        }
    }
}

/// One fact of the book.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum Fact {
    Applied { account: Account },
    Used { id: ExternalId, bytes: u64 },
    Lost { id: ExternalId },
}

#[derive(Default)]
struct Accounts {
    held: BTreeMap<ExternalId, (Account, u64)>,
    lost: BTreeSet<ExternalId>,
}

impl Replay for Accounts {
    type Fact = Fact;
    fn replay(&mut self, fact: Fact) {
        match fact {
            Fact::Applied { account } if account.state == State::Removed => drop(self.held.remove(&account.id)),
            Fact::Applied { account } => {
                let used = self.held.get(&account.id).map_or(0, |(_, used)| *used);
                self.held.insert(account.id.clone(), (account, used));
            }
            Fact::Used { id, bytes } => {
                if let Some((_, used)) = self.held.get_mut(&id) {
                    *used = bytes;
                }
            }
            Fact::Lost { id } => drop(self.lost.insert(id)),
        }
    }
}

impl Accounts {
    fn find(&self, id: &ExternalId) -> Result<&(Account, u64)> {
        self.held.get(id).ok_or_else(|| ConnectorError::not_found(format!("no account {id}")))
    }

    /// Why it cannot be, if so.
    fn contradiction(&self, desired: &Account) -> Option<ConnectorError> {
        let clash = |held: &Account| (held.id == desired.id) != (held.domain == desired.domain);
        let removing = |held: &Account| desired.state == State::Removed && held.id != desired.id;
        let other = self.held.values().map(|(held, _)| held).find(|held| clash(held) && !removing(held))?;
        Some(ConnectorError::new(Kind::Conflict, "domain", format!("{} holds {}", other.id, other.domain)))
    }

    /// The trouble that the domain asks for.
    fn trouble(&self, desired: &Account) -> Option<Trouble> {
        let label = desired.domain.as_str().split('.').next()?;
        let trouble = Trouble::LABELS.iter().find(|(known, _)| *known == label)?.1;
        let spent = match trouble {
            Trouble::LostBefore => self.lost.contains(&desired.id),
            Trouble::LostAfter => self.held.get(&desired.id).is_some_and(|(held, _)| held == desired),
            Trouble::Refused | Trouble::Unavailable => false,
        };
        (!spent).then_some(trouble)
    }
}

/// The fake panel. Cheap to clone; clones and other processes share the book.
#[derive(Clone)]
pub struct FakePanel {
    book: Arc<Book<Accounts>>,
    next: Arc<Mutex<VecDeque<Trouble>>>,
}

impl FakePanel {
    /// Opens the book at `path`, or begins one.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { book: Arc::new(Book::open(path)?), next: Arc::default() })
    }

    /// The next [`HostingPanel::apply`] of this process goes wrong; call it several times to queue several.
    pub fn fail_next(&self, trouble: Trouble) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).push_back(trouble);
    }

    /// Sets what an account uses.
    pub async fn set_usage(&self, id: &ExternalId, bytes: u64) -> Result<()> {
        let fact = Fact::Used { id: id.clone(), bytes };
        self.decide(|_| (vec![fact], Ok(()))).await
    }

    /// Takes accounts over as they are, with what they use: whatever their labels ask for, nothing goes wrong.
    pub async fn take_over(&self, held: Vec<(Account, u64)>) -> Result<()> {
        let facts = |(account, bytes): (Account, u64)| {
            let id = account.id.clone();
            [Fact::Applied { account }, Fact::Used { id, bytes }]
        };
        self.decide(move |_| (held.into_iter().flat_map(facts).collect(), Ok(()))).await
    }

    /// All accounts of the book.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        self.decide(|all| (Vec::new(), Ok(all.held.values().map(|(account, _)| account.clone()).collect()))).await
    }

    async fn decide<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Accounts) -> (Vec<Fact>, Result<T>) + Send + 'static,
    ) -> Result<T> {
        let book = self.book.clone();
        tokio::task::spawn_blocking(move || book.change(decide)).await??
    }
}

fn observed(account: &Account) -> Observed {
    Observed { account: account.clone(), panel_id: Some(format!("fake-{}", account.id)) }
}

fn apply(all: &Accounts, desired: Account, forced: Option<Trouble>) -> (Vec<Fact>, Result<Observed>) {
    if let Some(error) = all.contradiction(&desired) {
        return (Vec::new(), Err(error));
    }
    let answer = Ok(observed(&desired));
    match forced.or_else(|| all.trouble(&desired)) {
        None => (vec![Fact::Applied { account: desired }], answer),
        Some(Trouble::LostAfter) => (vec![Fact::Applied { account: desired }], Err(Trouble::LostAfter.error())),
        Some(Trouble::LostBefore) => (vec![Fact::Lost { id: desired.id }], Err(Trouble::LostBefore.error())),
        Some(trouble) => (Vec::new(), Err(trouble.error())),
    }
}

#[async_trait]
impl HostingPanel for FakePanel {
    async fn apply(&self, desired: &Account, _: Instant) -> Result<Observed> {
        let forced = self.next.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let desired = desired.clone();
        self.decide(move |all| apply(all, desired, forced)).await
    }

    async fn fetch(&self, id: &ExternalId) -> Result<Observed> {
        let id = id.clone();
        self.decide(move |all| (Vec::new(), all.find(&id).map(|(account, _)| observed(account)))).await
    }

    fn usage(&self) -> Option<&dyn Usage> {
        Some(self)
    }
}

#[async_trait]
impl Usage for FakePanel {
    async fn disk_bytes(&self, id: &ExternalId) -> Result<u64> {
        let id = id.clone();
        self.decide(move |all| (Vec::new(), all.find(&id).map(|(_, used)| *used))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::contract::{self, account, noon};

    fn panel() -> (tempfile::TempDir, FakePanel) {
        let folder = tempfile::tempdir().unwrap();
        let panel = FakePanel::open(&folder.path().join("panel.jsonl")).unwrap();
        (folder, panel)
    }

    #[tokio::test]
    async fn passes_the_contract() {
        contract::hosting_panel(&panel().1).await;
    }

    #[tokio::test]
    async fn fails_on_demand_and_tells_the_truth_afterwards() {
        let (_folder, panel) = panel();
        let cases = [
            (Trouble::Refused, Kind::Declined, false),
            (Trouble::Unavailable, Kind::Unavailable, false),
            (Trouble::LostBefore, Kind::Unknown, false),
            (Trouble::LostAfter, Kind::Unknown, true),
        ];
        for (at, (trouble, kind, done)) in cases.into_iter().enumerate() {
            let desired = account(&format!("a{at}"), &format!("a{at}.example"));
            panel.fail_next(trouble);
            assert_eq!(panel.apply(&desired, noon()).await.unwrap_err().kind, kind);
            assert_eq!(panel.fetch(&desired.id).await.is_ok(), done, "{trouble:?}");
            panel.apply(&desired, noon()).await.unwrap();
        }
        assert_eq!(panel.accounts().await.unwrap().len(), 4);
    }

    #[tokio::test]
    async fn a_label_asks_for_trouble() {
        let (_folder, panel) = panel();
        for (label, trouble) in Trouble::LABELS {
            let desired = account(label, &format!("{label}.example.com"));
            let error = panel.apply(&desired, noon()).await.unwrap_err();
            assert_eq!(error, trouble.error());
            let second = panel.apply(&desired, noon()).await;
            assert_eq!(second.is_ok(), error.kind == Kind::Unknown, "{label}");
        }
    }

    #[tokio::test]
    async fn what_is_taken_over_is_there() {
        let (_folder, panel) = panel();
        let held = vec![(account("a", "a.example"), 4096), (account("b", "refused.example"), 0)];
        panel.take_over(held.clone()).await.unwrap();
        assert_eq!(panel.accounts().await.unwrap().len(), 2);
        assert_eq!(panel.fetch(&held[1].0.id).await.unwrap().account, held[1].0);
        assert_eq!(panel.disk_bytes(&held[0].0.id).await.unwrap(), 4096);
    }

    #[tokio::test]
    async fn another_process_sees_the_accounts_and_their_usage() {
        let (folder, panel) = panel();
        let desired = account("a", "a.example");
        panel.apply(&desired, noon()).await.unwrap();
        panel.set_usage(&desired.id, 4096).await.unwrap();
        let other = FakePanel::open(&folder.path().join("panel.jsonl")).unwrap();
        assert_eq!(other.disk_bytes(&desired.id).await.unwrap(), 4096);
    }
}
