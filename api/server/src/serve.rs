//! `comptoir serve`: the API, the scheduler and a worker, until a signal says stop. Requests and events that are under
//! way are finished first.

use crate::config::{Config, Failed};
use crate::house::House;
use clap::Args;
use comptoir_app::events::schedule::Scheduler;
use comptoir_app::events::{Worker, WorkerOptions};
use comptoir_app::{AppState, Settings, http};
use comptoir_domain::events::{EventGroup, EventKind};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

/// Options of the server.
#[derive(Args)]
pub struct Serve {
    /// Where to listen
    #[arg(long, env = "COMPTOIR_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Threads that answer requests
    #[arg(long, env = "COMPTOIR_WORKERS", default_value_t = 2)]
    workers: usize,
    /// Requests a minute of one caller
    #[arg(long, env = "COMPTOIR_REQUESTS_PER_MINUTE", default_value_t = 1200)]
    requests_per_minute: u32,
    /// Tries to sign in a minute, of one address and for one login
    #[arg(long, env = "COMPTOIR_SIGN_INS_PER_MINUTE", default_value_t = 20)]
    sign_ins_per_minute: u32,
    /// Bytes of a request body at most
    #[arg(long, env = "COMPTOIR_BODY_LIMIT", default_value_t = 262_144)]
    body_limit: usize,
    /// Web origins that may call with a token, such as https://panel.example
    #[arg(long, env = "COMPTOIR_CORS_ORIGINS", value_delimiter = ',')]
    cors_origins: Vec<String>,
    /// Take the caller's address from X-Forwarded-For (behind a proxy only)
    #[arg(long, env = "COMPTOIR_TRUST_PROXY")]
    trust_proxy: bool,
    /// The header in which that proxy names the caller's country, such as CF-IPCountry
    #[arg(long, env = "COMPTOIR_COUNTRY_HEADER", requires = "trust_proxy")]
    country_header: Option<String>,
    /// What /metrics wants as bearer token; without it /metrics is closed
    #[arg(long, env = "COMPTOIR_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// Answer requests only: leave events to other instances
    #[arg(long, env = "COMPTOIR_NO_WORKER")]
    no_worker: bool,
    /// Events at once
    #[arg(long, env = "COMPTOIR_WORKER_CONCURRENCY", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    worker_concurrency: u16,
    #[command(flatten)]
    pub house: House,
}

impl Serve {
    /// The same with everything that would lie in `var` in another folder.
    pub fn in_folder(self, dir: &Path) -> Self {
        Self { house: self.house.in_folder(dir), ..self }
    }

    /// The same where nobody pays with money.
    pub fn playing(self) -> Self {
        Self { house: self.house.playing(), ..self }
    }

    /// Serves until told to stop.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        let store = config.open_store()?;
        let master = config.master_key()?;
        let listener = TcpListener::bind(&self.listen).map_err(|error| format!("{}: {error}", self.listen))?;
        let workers = self.workers;
        let concurrency = Some(usize::from(self.worker_concurrency)).filter(|_| !self.no_worker);
        let state = Arc::new(AppState::new(store, &master, self.settings()?)?);
        tracing::info!(address = %listener.local_addr()?, "serving; the API is described at /docs/");
        actix_web::rt::System::new().block_on(serve(state, listener, workers, concurrency))?;
        tracing::info!("stopped");
        Ok(())
    }

    fn settings(self) -> Result<Settings, Failed> {
        Ok(Settings {
            body_limit: self.body_limit,
            requests_per_minute: self.requests_per_minute,
            sign_ins_per_minute: self.sign_ins_per_minute,
            cors_origins: self.cors_origins,
            trust_proxy: self.trust_proxy,
            country_header: self.country_header,
            metrics_token: self.metrics_token,
            ..self.house.settings()?
        })
    }
}

/// The server ends by itself at SIGTERM or SIGINT; then the scheduler and the worker are told to.
async fn serve(
    state: Arc<AppState>,
    listener: TcpListener,
    threads: usize,
    concurrency: Option<usize>,
) -> Result<(), Failed> {
    let background = match concurrency {
        Some(concurrency) => {
            let worker = |concurrency| {
                Worker::new(Arc::clone(&state), WorkerOptions { concurrency, ..WorkerOptions::default() })
            };
            // one rehearsal at a time, and none in the way of the real business
            let is_rehearsal = |kind: EventKind| kind.group() == EventGroup::Sandboxes;
            let workers = [worker(concurrency).only(|kind| !is_rehearsal(kind)), worker(1).only(is_rehearsal)];
            Some((Scheduler::start(Arc::clone(&state)).await?, workers.map(Worker::start)))
        }
        None => None,
    };
    let served = http::serve(state, listener, threads)?.await;
    if let Some((scheduler, [business, rehearsals])) = background {
        scheduler.stop().await;
        tokio::join!(business.stop(), rehearsals.stop());
    }
    Ok(served?)
}
