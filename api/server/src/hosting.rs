//! What serves web sites, by environment and flags.

use crate::config::Failed;
use crate::house::in_folder;
use clap::{Args, ValueEnum};
use comptoir_app::PanelRoute;
use comptoir_connectors::panel::builtin::{Limits, Nameserver, Settings};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Options of the hosting side.
#[derive(Args, Clone)]
pub struct HostingOptions {
    /// What serves web sites
    #[arg(long, env = "COMPTOIR_PANEL", value_enum, default_value_t = Panel::BuiltIn)]
    panel: Panel,
    /// Where webspaces, vhosts and zones are kept; with the fake panel, where its book is
    #[arg(long, env = "COMPTOIR_WEBSPACES", default_value = "var/webspaces")]
    webspaces: PathBuf,
    /// Where nginx listens for the sites
    #[arg(long, env = "COMPTOIR_WEB_LISTEN", value_delimiter = ',', default_value = "0.0.0.0:80,[::]:80")]
    web_listen: Vec<SocketAddr>,
    /// The public addresses of this machine, for the zones and the mails
    #[arg(long, env = "COMPTOIR_WEB_ADDRESSES", value_delimiter = ',', default_value = "127.0.0.1")]
    web_addresses: Vec<IpAddr>,
    /// The name servers of all zones, the primary first: NAME or NAME=ADDRESS
    #[arg(long, env = "COMPTOIR_NAME_SERVERS", value_delimiter = ',', default_value = "ns1.localhost=127.0.0.1")]
    name_servers: Vec<String>,
    /// Whom to write about the zones
    #[arg(long, env = "COMPTOIR_HOSTMASTER", default_value = "hostmaster@ns1.localhost")]
    hostmaster: String,
    /// Where PHP listens
    #[arg(long, env = "COMPTOIR_PHP_SOCKET", default_value = "/run/php/php-fpm.sock")]
    php_socket: PathBuf,
    /// What new webspaces are laid from: a folder, or a .tgz, .tar.gz, .tar or .zip archive; ours if none
    #[arg(long, env = "COMPTOIR_WEBSPACE_TEMPLATE")]
    webspace_template: Option<PathBuf>,
    /// A command to run after configuration has changed, such as "systemctl reload nginx"; several are parted by ;
    #[arg(long, env = "COMPTOIR_WEB_RELOAD", value_delimiter = ';')]
    web_reload: Vec<String>,
}

/// What serves web sites.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Panel {
    /// This machine: nginx and a name server read the files that are written.
    BuiltIn,
    /// Nothing: accounts are noted in a book, for demonstrations.
    Fake,
}

impl HostingOptions {
    /// The same with the webspaces in another folder.
    pub fn in_folder(self, dir: &Path) -> Self {
        Self { webspaces: in_folder(&self.webspaces, dir), ..self }
    }

    /// What serves web sites.
    pub fn route(self) -> Result<PanelRoute, Failed> {
        if self.panel == Panel::Fake {
            std::fs::create_dir_all(&self.webspaces)?;
            return Ok(PanelRoute::Fake(self.webspaces.join("fake-panel.jsonl")));
        }
        Ok(PanelRoute::BuiltIn(Settings {
            root: self.webspaces,
            listen: self.web_listen,
            addresses: self.web_addresses,
            nameservers: self.name_servers.iter().map(|text| name_server(text)).collect::<Result<_, _>>()?,
            hostmaster: self.hostmaster,
            php_socket: Some(self.php_socket),
            template: self.webspace_template,
            limits: Limits::default(),
            reload: self.web_reload.iter().map(|line| line.split_whitespace().map(str::to_string).collect()).collect(),
        }))
    }
}

fn name_server(text: &str) -> Result<Nameserver, Failed> {
    let wrong = |why: String| format!("COMPTOIR_NAME_SERVERS: {text}: {why}");
    let (name, address) = text.split_once('=').map_or((text, None), |(name, address)| (name, Some(address)));
    let address = address.map(str::parse::<IpAddr>).transpose().map_err(|error| wrong(error.to_string()))?;
    let name = name.parse().map_err(|error: comptoir_connectors::panel::InvalidName| wrong(error.to_string()))?;
    Ok(Nameserver { name, addresses: address.into_iter().collect() })
}
