//! A story: the world's house lives through time, with everything that recurs.

use crate::support::World;
use crate::support::server::{MASTER, settings};
use comptoir_app::events::advance::advance;
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::{AppState, MailRoute, PanelRoute, Settings};
use comptoir_db::Store;
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use mail_parser::MessageParser;
use std::sync::Arc;
use std::time::Duration;

/// The house on the world's database, with the world's clocks and gateway, and an outbox and web spaces of its own.
pub struct Story {
    state: Arc<AppState>,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Story {
    /// Begins where the world stands.
    pub fn of(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            fake_book: world.server.fake_book.clone(),
            sandboxes_folder: world.server.sandboxes.clone(),
            mail: MailRoute::Outbox(folder.path().join("outbox")),
            panel: PanelRoute::local(folder.path().join("webspaces")),
            ..settings()
        };
        let store = Store::open(&world.database.address, 4).unwrap();
        let state = AppState::new(store, &MASTER, settings).unwrap();
        let state = Arc::new(state.with_clocks(world.server.business.clone(), world.server.machine.clone()));
        Self { state, runtime: tokio::runtime::Runtime::new().unwrap(), folder }
    }

    /// Lives until noon (UTC) of a day.
    pub fn until(&self, day: &str) {
        self.until_instant(&format!("{day}T12:00:00Z"));
    }

    /// Lives until an instant.
    pub fn until_instant(&self, instant: &str) {
        self.runtime.block_on(advance(&self.state, instant.parse().unwrap())).unwrap();
    }

    /// Sleeps until noon of a day: nothing recurs meanwhile.
    pub fn sleep_until(&self, day: &str) {
        let noon: Instant = format!("{day}T12:00:00Z").parse().unwrap();
        self.state.business.advance_to(noon);
        self.state.machine.advance_to(noon);
    }

    /// Runs one kind now, for all sellers, and gives its result.
    pub fn run(&self, kind: EventKind) -> serde_json::Value {
        let queued = row(None, Task::by_hand(kind), self.state.now());
        self.runtime.block_on(self.state.handlers.run(&self.state, &queued)).unwrap()
    }

    /// Begins to run one kind and gives up after a while, in the middle of whatever it does; whether it was in the middle.
    pub fn break_off(&self, kind: EventKind, after: Duration) -> bool {
        let queued = row(None, Task::by_hand(kind), self.state.now());
        let run = async { tokio::time::timeout(after, self.state.handlers.run(&self.state, &queued)).await };
        match self.runtime.block_on(run) {
            Ok(ended) => ended.map(|_| false).unwrap(),
            Err(_) => true,
        }
    }

    /// The subjects of the mails in the outbox to an address.
    pub fn mails(&self, to: &str) -> Vec<String> {
        let folder = std::fs::read_dir(self.folder.path().join("outbox"));
        let files = folder.into_iter().flatten().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        let mails = files.filter_map(|path| {
            let raw = std::fs::read(path).unwrap();
            let mail = MessageParser::default().parse(&raw)?;
            let address = mail.to()?.first()?.address()?.to_string();
            (address == to).then(|| mail.subject().unwrap_or_default().to_string())
        });
        mails.collect()
    }

    /// What failed for good or waits to be tried again.
    pub fn troubles(&self) -> Vec<String> {
        use comptoir_db::schema::events as table;
        use diesel::prelude::*;
        let read = |db: &mut comptoir_db::Db| {
            let bad = table::table.filter(table::last_error.ne(""));
            Ok(bad.select((table::kind, table::last_error)).load::<(EventKind, String)>(db)?)
        };
        let found = self.runtime.block_on(self.state.store.read(read)).unwrap();
        found.into_iter().map(|(kind, error)| format!("{kind}: {error}")).collect()
    }
}
