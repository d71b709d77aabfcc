//! The real server on a socket of its own, with clocks that the test moves.

use actix_web::dev::ServerHandle;
use comptoir_app::events::{Worker, WorkerOptions};
use comptoir_app::kernel::keys::MasterKey;
use comptoir_app::{AppState, Clock, GatewayRoute, MailRoute, PanelRoute, Settings, VatRoute, http};
use comptoir_db::{Address, Store};
use comptoir_domain::Instant;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

/// A running server. It stops when dropped.
pub struct Server {
    pub url: String,
    #[allow(dead_code, reason = "stories move it")]
    pub business: Clock,
    pub machine: Clock,
    /// The book of the fake payment gateway.
    pub fake_book: PathBuf,
    /// What sandboxes have besides rows.
    pub sandboxes: PathBuf,
    _folder: tempfile::TempDir,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// When tests begin: a Monday in a year that is no leap year.
pub fn epoch() -> Instant {
    "2026-01-05T09:00:00Z".parse().unwrap()
}

/// Generous enough that no test meets them by accident. What is written outside the database goes below the build's
/// folder; a test that looks at it has a folder of its own.
pub fn settings() -> Settings {
    let folder = PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/house"));
    std::fs::create_dir_all(&folder).unwrap();
    Settings {
        mail: MailRoute::Outbox(folder.join("outbox")),
        fake_book: folder.join("fake-gateway.jsonl"),
        panel: PanelRoute::local(folder.join("webspaces")),
        archive_folder: folder.join("archive"),
        gateways: GatewayRoute::Real { local: true },
        vat_check: VatRoute::Fake,
        requests_per_minute: 1_000_000,
        sign_ins_per_minute: 1_000_000,
        metrics_token: Some("metrics-secret".into()),
        ..Settings::default()
    }
}

/// The key of every test's house.
pub const MASTER: MasterKey = MasterKey::new([7; 32]);

impl Server {
    /// Starts a server on a database.
    pub fn start(address: &Address, settings: Settings) -> Self {
        Self::begin(address, settings, None, MASTER)
    }

    /// One that works on events too.
    pub fn working(address: &Address, settings: Settings, options: WorkerOptions) -> Self {
        Self::begin(address, settings, Some(options), MASTER)
    }

    /// One that works on events too, with another master key.
    pub fn with_key(address: &Address, settings: Settings, options: WorkerOptions, master: MasterKey) -> Self {
        Self::begin(address, settings, Some(options), master)
    }

    fn begin(address: &Address, settings: Settings, options: Option<WorkerOptions>, master: MasterKey) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let fake_book = folder.path().join("fake.jsonl");
        let (stores_folder, sandboxes) = (folder.path().join("stores"), folder.path().join("sandboxes"));
        let settings =
            Settings { fake_book: fake_book.clone(), stores_folder, sandboxes_folder: sandboxes.clone(), ..settings };
        let (business, machine) = (Clock::detached(epoch()), Clock::detached(epoch()));
        let clocks = (business.clone(), machine.clone());
        let (address, (sender, receiver)) = (address.clone(), mpsc::channel());
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let store = Store::open(&address, 4).unwrap();
                let state = AppState::new(store, &master, settings).unwrap().with_clocks(clocks.0, clocks.1);
                let state = Arc::new(state);
                let _worker = options.map(|options| Worker::new(Arc::clone(&state), options).start());
                let server = http::serve(state, listener, 1).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().expect("the server starts");
        Self { url, business, machine, fake_book, sandboxes, _folder: folder, handle, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
