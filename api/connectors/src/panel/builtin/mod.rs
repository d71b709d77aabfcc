//! The built-in host: webspaces, nginx vhosts and DNS zones in one directory of this machine, without a control panel.
//!
//! ```text
//! root/webspaces/<domain>/{httpdocs,cgi-bin,error_docs,logs}   laid once from the template, then the client's
//! root/vhosts/<domain>.conf   include them from nginx           root/zones/<domain>.zone   for the name server
//! root/accounts/<id>.json     what each account is              root/claims/<name>         which account holds a name
//! root/pages/suspended.html   what suspended sites show         root/staging/              work in progress
//! ```
//!
//! The files are pure functions of the account and the settings (`map.rs`), written atomically and left untouched when
//! unchanged. `root` itself and the top of each webspace must not be writable by clients.

mod apply;
mod map;
mod root;
#[cfg(test)]
mod tests;
mod unpack;

pub use map::Nameserver;
pub use unpack::Limits;

use super::{Account, ExternalId, HostingPanel, Observed, Usage};
use crate::error::{ConnectorError, Result};
use async_trait::async_trait;
use comptoir_domain::Instant;
use root::Root;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// How this machine serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of everything; letters, digits, `/`, `.`, `-` and `_` only.
    pub root: PathBuf,
    /// Where nginx listens.
    pub listen: Vec<SocketAddr>,
    /// The public addresses of the machine, for the zones.
    pub addresses: Vec<IpAddr>,
    /// The name servers of all zones, the first one being the primary.
    pub nameservers: Vec<Nameserver>,
    /// Whom to write about the zones.
    pub hostmaster: String,
    /// Where PHP listens; without it no account can have PHP.
    pub php_socket: Option<PathBuf>,
    /// What new webspaces are laid from: a folder, or a `.tgz`, `.tar.gz`, `.tar` or `.zip` archive (HST-01); ours if none.
    pub template: Option<PathBuf>,
    /// How much a template may hold.
    pub limits: Limits,
    /// Commands to run after configuration has changed, such as `["systemctl", "reload", "nginx"]`. No shell.
    pub reload: Vec<Vec<String>>,
}

/// This machine as a panel. Cheap to clone.
#[derive(Clone)]
pub struct BuiltinHost {
    settings: Arc<Settings>,
    root: Arc<Root>,
}

impl BuiltinHost {
    /// Checks the settings and prepares the root directory.
    pub fn open(settings: Settings) -> Result<Self> {
        map::check(&settings)?;
        let root = Root::open(&settings.root)?;
        root.write(&root.path(root::Area::Pages, "suspended.html"), include_bytes!("pages/suspended.html"))?;
        Ok(Self { settings: Arc::new(settings), root: Arc::new(root) })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Settings, &Root) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (settings, root) = (self.settings.clone(), self.root.clone());
        let locked = move || {
            let _lock = root.lock()?;
            work(&settings, &root)
        };
        tokio::task::spawn_blocking(locked).await?
    }
}

fn fetch(root: &Root, id: &ExternalId) -> Result<Account> {
    apply::record(root, id)?.ok_or_else(|| ConnectorError::not_found(format!("no account {id}")))
}

#[async_trait]
impl HostingPanel for BuiltinHost {
    async fn apply(&self, desired: &Account, at: Instant) -> Result<Observed> {
        let desired = desired.clone();
        let today = at.utc().date_naive();
        self.blocking(move |settings, root| {
            apply::apply(settings, root, &desired, today)?;
            Ok(Observed { account: desired, panel_id: None })
        })
        .await
    }

    async fn fetch(&self, id: &ExternalId) -> Result<Observed> {
        let id = id.clone();
        self.blocking(move |_, root| Ok(Observed { account: fetch(root, &id)?, panel_id: None })).await
    }

    fn usage(&self) -> Option<&dyn Usage> {
        Some(self)
    }
}

#[async_trait]
impl Usage for BuiltinHost {
    async fn disk_bytes(&self, id: &ExternalId) -> Result<u64> {
        let id = id.clone();
        let (account, root) = (self.blocking(move |_, root| fetch(root, &id)).await?, self.root.clone());
        // measured without the lock: a large webspace must not stop the others
        let measure = move || root.size(&root.path(root::Area::Webspaces, account.domain.as_str()));
        Ok(tokio::task::spawn_blocking(measure).await??)
    }
}
