//! How the house is set up, by environment and flags: what serving and running events by hand both need.

use crate::config::Failed;
use crate::hosting::HostingOptions;
use crate::mail::MailOptions;
use crate::vat::VatOptions;
use clap::Args;
use comptoir_app::{GatewayRoute, Settings};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folders with files that a house keeps beside its database.
#[derive(Args, Clone)]
pub struct Folders {
    /// Where the files of the stores are
    #[arg(long, env = "COMPTOIR_STORES", default_value = "var/stores")]
    stores_folder: PathBuf,
    /// Where old activities are moved to
    #[arg(long, env = "COMPTOIR_ARCHIVE_FOLDER", default_value = "var/archive")]
    archive_folder: PathBuf,
}

impl Folders {
    /// What in them cannot be made anew, by the name that it has in a copy of the house.
    pub fn kept(&self) -> [(&'static str, PathBuf); 2] {
        [("archive", self.archive_folder.clone()), ("own", self.stores_folder.join("own"))]
    }
}

/// Options of everything that works.
#[derive(Args, Clone)]
pub struct House {
    /// Where people reach this server, for links in mails
    #[arg(long, env = "COMPTOIR_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    public_url: String,
    /// The book of the fake payment gateway
    #[arg(long, env = "COMPTOIR_FAKE_BOOK", default_value = "var/fake-gateway.jsonl")]
    fake_book: PathBuf,
    /// How long the fake payment gateway takes to answer, in milliseconds
    #[arg(long, env = "COMPTOIR_FAKE_LATENCY", default_value_t = 0)]
    fake_latency: u64,
    /// How many charges a run of the payment queue has under way at one gateway
    #[arg(long, env = "COMPTOIR_CHARGES_AT_ONCE", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    charges_at_once: u16,
    #[command(flatten)]
    folders: Folders,
    /// Days that activities stay in the database
    #[arg(long, env = "COMPTOIR_ACTIVITY_DAYS", default_value_t = 365)]
    activity_days: u16,
    /// Days that closed events are kept
    #[arg(long, env = "COMPTOIR_EVENT_DAYS", default_value_t = 60)]
    event_days: u16,
    /// Where the files of sandboxes are, and on SQLite their databases
    #[arg(long, env = "COMPTOIR_SANDBOXES", default_value = "var/sandboxes")]
    sandboxes_folder: PathBuf,
    /// Let webhooks go to loopback and private addresses, to loopback without TLS too
    #[arg(long, env = "COMPTOIR_LOCAL_WEBHOOKS")]
    local_webhooks: bool,
    /// Play: let anybody pay at the fake gateway, where no money moves, and let gateways be at loopback and private addresses,
    /// without TLS too. Never where you sell
    #[arg(long, env = "COMPTOIR_LOCAL_GATEWAYS")]
    local_gateways: bool,
    #[command(flatten)]
    hosting: HostingOptions,
    #[command(flatten)]
    mail: MailOptions,
    #[command(flatten)]
    vat: VatOptions,
}

impl House {
    /// The same with everything that would lie in `var` in another folder.
    pub fn in_folder(self, dir: &Path) -> Self {
        Self {
            fake_book: in_folder(&self.fake_book, dir),
            sandboxes_folder: in_folder(&self.sandboxes_folder, dir),
            folders: Folders {
                archive_folder: in_folder(&self.folders.archive_folder, dir),
                stores_folder: in_folder(&self.folders.stores_folder, dir),
            },
            hosting: self.hosting.in_folder(dir),
            mail: self.mail.in_folder(dir),
            ..self
        }
    }

    /// The same where nobody pays with money.
    pub fn playing(self) -> Self {
        Self { local_gateways: true, ..self }
    }

    /// The settings with these in them.
    pub fn settings(self) -> Result<Settings, Failed> {
        Ok(Settings {
            panel: self.hosting.route()?,
            mail: self.mail.route()?,
            mail_after_crash: self.mail.after_crash(),
            vat_check: self.vat.route(),
            public_url: self.public_url,
            fake_book: self.fake_book,
            fake_latency: Duration::from_millis(self.fake_latency),
            charges_at_once: self.charges_at_once,
            stores_folder: self.folders.stores_folder,
            archive_folder: self.folders.archive_folder,
            activity_days: self.activity_days,
            event_days: self.event_days,
            sandboxes_folder: self.sandboxes_folder,
            local_webhooks: self.local_webhooks,
            gateways: GatewayRoute::Real { local: self.local_gateways },
            ..Settings::default()
        })
    }
}

/// A path below `var`, moved to another folder; others stay where they are.
pub fn in_folder(path: &Path, dir: &Path) -> PathBuf {
    path.strip_prefix("var").map_or_else(|_| path.to_path_buf(), |rest| dir.join(rest))
}
