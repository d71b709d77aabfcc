//! A second instance of the house on a world's database: it works when the test says so, with the panel that the test
//! wants.

use super::World;
use super::server::{MASTER, settings};
use comptoir_app::events::{Worker, WorkerOptions};
use comptoir_app::services::sync::{Tally, sync_due};
use comptoir_app::{AppState, MailRoute, PanelRoute, Settings};
use comptoir_connectors::Result;
use comptoir_connectors::panel::fake::FakePanel;
use comptoir_connectors::panel::{Account, ExternalId, HostingPanel, Observed};
use comptoir_db::Store;
use comptoir_domain::Instant;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// An instance of the house on the world's database, with a folder of its own.
pub struct House {
    pub folder: tempfile::TempDir,
    pub state: Arc<AppState>,
}

impl House {
    /// One whose panel is this machine.
    pub fn built_in(world: &World) -> Self {
        Self::with(world, |settings| settings, None)
    }

    pub fn with(
        world: &World,
        change: impl FnOnce(Settings) -> Settings,
        panel: Option<Arc<dyn HostingPanel>>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = change(Settings {
            mail: MailRoute::Outbox(folder.path().join("outbox")),
            panel: PanelRoute::local(folder.path().join("host")),
            archive_folder: folder.path().join("archive"),
            fake_book: world.server.fake_book.clone(),
            sandboxes_folder: world.server.sandboxes.clone(),
            ..settings()
        });
        let store = Store::open(&world.database.address, 4).unwrap();
        let state = AppState::new(store, &MASTER, settings).unwrap();
        let state = state.with_clocks(world.server.business.clone(), world.server.machine.clone());
        let state = match panel {
            Some(panel) => state.with_panel(panel),
            None => state,
        };
        Self { folder, state: Arc::new(state) }
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("host").join(path)
    }

    pub fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.at(path)).unwrap()
    }

    /// Does what is due.
    pub fn work(&self) {
        block_on(Worker::new(Arc::clone(&self.state), WorkerOptions::default()).drain()).unwrap();
    }

    pub fn sync(&self) -> Tally {
        block_on(sync_due(&self.state, None, "test")).unwrap()
    }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

pub fn fake() -> (tempfile::TempDir, FakePanel) {
    let folder = tempfile::tempdir().unwrap();
    let panel = FakePanel::open(&folder.path().join("panel.jsonl")).unwrap();
    (folder, panel)
}

/// A panel that counts, and holds calls back while a gate is shut: before or after it has done what it was told.
pub struct Gated {
    panel: FakePanel,
    pub calls: AtomicUsize,
    gates: Mutex<Vec<(bool, Arc<Notify>)>>,
    pub reached: Notify,
}

impl Gated {
    pub fn new(panel: &FakePanel) -> Arc<Self> {
        let (calls, gates) = (AtomicUsize::new(0), Mutex::default());
        Arc::new(Self { panel: panel.clone(), calls, gates, reached: Notify::new() })
    }

    /// The next call waits, after it was done or before.
    pub fn shut(&self, after: bool) -> Arc<Notify> {
        let gate = Arc::new(Notify::new());
        self.gates.lock().unwrap().push((after, Arc::clone(&gate)));
        gate
    }

    async fn wait(&self, gate: &Notify) {
        self.reached.notify_one();
        gate.notified().await;
    }
}

#[async_trait::async_trait]
impl HostingPanel for Gated {
    async fn apply(&self, desired: &Account, at: Instant) -> Result<Observed> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let gate = self.gates.lock().unwrap().pop();
        if let Some((false, gate)) = &gate {
            self.wait(gate).await;
        }
        let done = self.panel.apply(desired, at).await;
        if let Some((true, gate)) = &gate {
            self.wait(gate).await;
        }
        done
    }

    async fn fetch(&self, id: &ExternalId) -> Result<Observed> {
        self.panel.fetch(id).await
    }
}
