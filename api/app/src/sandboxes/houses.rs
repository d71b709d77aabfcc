//! The houses of the sandboxes: each is an [`AppState`] like the live one, on the sandbox's database, with fakes for
//! everything outside and clocks that stand. A few are kept open; the others are opened when someone enters.

use crate::gateways::ready::GatewayRoute;
use crate::kernel::Clock;
use crate::kernel::keys::MasterKey;
use crate::kernel::state::{AppState, MailRoute, PanelRoute, Settings, VatRoute};
use comptoir_db::sandboxes::{Place, SandboxRow};
use comptoir_db::{Failure, Outcome, Store};
use comptoir_domain::{Code, Problem, SandboxId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// So many are kept open.
const MOST: usize = 4;

/// One that nobody has entered for so long is closed when the next one is entered.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// Connections of each: readers, and on PostgreSQL as many writers.
const CONNECTIONS: usize = 2;

struct Open {
    id: SandboxId,
    entered: Instant,
    house: Arc<AppState>,
}

/// The sandboxes of a house.
pub struct Sandboxes {
    master: MasterKey,
    /// The one entered last stands last.
    open: Mutex<Vec<Open>>,
}

impl Sandboxes {
    /// None is open.
    pub fn new(master: MasterKey) -> Self {
        Self { master, open: Mutex::default() }
    }

    /// The house of a sandbox that is there. Its clocks show at least what the row says: another process may have moved
    /// them.
    pub async fn house(&self, live: &AppState, row: &SandboxRow) -> Outcome<Arc<AppState>> {
        let mut open = self.open.lock().await;
        open.retain(|one| one.entered.elapsed() < IDLE);
        let house = match open.iter().position(|one| one.id == row.id) {
            Some(at) => open.remove(at).house,
            None => self.open_house(live, row).await?,
        };
        house.business.advance_to(row.clock_at);
        house.machine.advance_to(row.clock_at);
        open.push(Open { id: row.id, entered: Instant::now(), house: Arc::clone(&house) });
        let too_many = open.len().saturating_sub(MOST);
        open.drain(..too_many);
        Ok(house)
    }

    /// Closes a sandbox here; who is in it finishes.
    pub async fn close(&self, id: SandboxId) {
        self.open.lock().await.retain(|one| one.id != id);
    }

    /// Opens a house, off the async threads.
    async fn open_house(&self, live: &AppState, row: &SandboxRow) -> Outcome<Arc<AppState>> {
        let (place, settings) = (place(live, row.id)?, settings(live, row.id));
        let (master, clock_at) = (self.master.of_sandbox(row.id), row.clock_at);
        let work = move || {
            if !place.exists()? {
                // a restored backup of the live database knows of sandboxes that are no more
                return Err(Problem::new(Code::Conflict, "the sandbox's database is gone: delete the sandbox").into());
            }
            let store = Store::open_for_rehearsal(place.address(), CONNECTIONS)?;
            let (business, machine) = (Clock::detached(clock_at), Clock::detached(clock_at));
            let house = AppState::new(store, &master, settings)?;
            Ok(Arc::new(house.with_clocks(business, machine).without_sandboxes()))
        };
        off_thread(work).await
    }
}

/// Runs what waits for disks or a database server where that is no harm.
pub(super) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Failure::Panic(error.to_string())))
}

/// Everything of a sandbox that lies in files.
pub fn folder(live: &AppState, id: SandboxId) -> PathBuf {
    live.settings.sandboxes_folder.join(id.to_string())
}

/// Where the database of a sandbox is.
pub fn place(live: &AppState, id: SandboxId) -> Outcome<Place> {
    Place::of(live.store.address(), &folder(live, id), id)
}

/// Where a sandbox of a house at `public_url` is reached.
pub fn url(public_url: &str, id: SandboxId) -> String {
    format!("{}{}{id}", public_url.trim_end_matches('/'), super::enter::PREFIX)
}

/// The book of the fake gateway in a sandbox's folder.
pub(super) fn gateway_book(folder: &Path) -> PathBuf {
    folder.join("fake-gateway.jsonl")
}

/// The book of the fake panel in a sandbox's folder.
pub(super) fn panel_book(folder: &Path) -> PathBuf {
    folder.join("fake-panel.jsonl")
}

/// How a sandbox is set up. Each setting stands here on purpose: whoever adds one that reaches outside decides here what
/// takes its place.
fn settings(live: &AppState, id: SandboxId) -> Settings {
    let (folder, live) = (folder(live, id), &live.settings);
    Settings {
        body_limit: live.body_limit,
        requests_per_minute: live.requests_per_minute,
        sign_ins_per_minute: live.sign_ins_per_minute,
        cors_origins: live.cors_origins.clone(),
        trust_proxy: live.trust_proxy,
        country_header: live.country_header.clone(),
        metrics_token: None,
        public_url: url(&live.public_url, id),
        gateways: GatewayRoute::Fake,
        fake_book: gateway_book(&folder),
        fake_latency: Duration::ZERO,
        charges_at_once: live.charges_at_once,
        panel: PanelRoute::Fake(panel_book(&folder)),
        stores_folder: folder.join("stores"),
        archive_folder: folder.join("archive"),
        // what happened on a journey is counted by its activities
        activity_days: u16::MAX,
        event_days: live.event_days,
        mail: MailRoute::Outbox(folder.join("outbox")),
        mail_after_crash: live.mail_after_crash,
        local_webhooks: live.local_webhooks,
        send_webhooks: false,
        vat_check: VatRoute::Fake,
        sandboxes_folder: folder.join("sandboxes"),
    }
}
