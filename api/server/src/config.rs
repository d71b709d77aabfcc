//! What can be set, by environment and flags.

use crate::house::in_folder;
use clap::{Args, ValueEnum};
use comptoir_app::kernel::keys::MasterKey;
use comptoir_db::{Address, Store};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A command's failure, for people.
pub type Failed = Box<dyn std::error::Error>;

/// Options of every command.
#[derive(Args)]
pub struct Config {
    /// Where the data lives: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, global = true, env = "COMPTOIR_DATABASE_URL", default_value = "sqlite:var/comptoir.db")]
    pub database_url: String,
    /// Connections to the database at most (readers; on PostgreSQL as many writers again)
    #[arg(long, global = true, env = "COMPTOIR_CONNECTIONS", default_value_t = 8)]
    pub connections: usize,
    /// The file with the master key; made if it is missing
    #[arg(long, global = true, env = "COMPTOIR_KEY_FILE", default_value = "var/comptoir.key")]
    pub key_file: PathBuf,
    /// The master key itself, as 64 hexadecimal digits, in place of the file
    #[arg(long, global = true, env = "COMPTOIR_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<String>,
    /// How the log is written, to standard error
    #[arg(long, global = true, env = "COMPTOIR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What is logged, such as info or comptoir_db=debug
    #[arg(
        long,
        global = true,
        env = "COMPTOIR_LOG",
        default_value = "warn,comptoir_app=info,comptoir_db=info,comptoir=info"
    )]
    pub log: String,
}

/// How the log looks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log.
pub fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

impl Config {
    /// The same with everything that would lie in `var` in another folder.
    pub fn in_folder(self, dir: &Path) -> Self {
        let moved = |path: &str| format!("sqlite:{}", in_folder(Path::new(path), dir).display());
        Self {
            database_url: self.database_url.strip_prefix("sqlite:").map_or(self.database_url.clone(), moved),
            key_file: in_folder(&self.key_file, dir),
            ..self
        }
    }

    /// Opens and migrates the database.
    pub fn open_store(&self) -> Result<Store, Failed> {
        let address: Address = self.database_url.parse()?;
        Ok(Store::open(&address, self.connections)?)
    }

    /// The master key from the environment, the file, or freshly made into the file.
    pub fn master_key(&self) -> Result<MasterKey, Failed> {
        if let Some(key) = self.held_key()? {
            return Ok(key);
        }
        let key = MasterKey::generate();
        write_key(&self.key_file, &key)?;
        tracing::warn!(path = %self.key_file.display(), "made a new master key: keep a copy of it in a safe place");
        Ok(key)
    }

    /// The master key from the environment or the file, if there is one.
    pub fn held_key(&self) -> Result<Option<MasterKey>, Failed> {
        if let Some(text) = &self.master_key {
            let key = MasterKey::from_hex(text).ok_or("COMPTOIR_MASTER_KEY must be 64 hexadecimal digits")?;
            return Ok(Some(key));
        }
        match std::fs::read_to_string(&self.key_file) {
            Ok(text) => match MasterKey::from_hex(&text) {
                Some(key) => Ok(Some(key)),
                None => Err(format!("{} must hold 64 hexadecimal digits", self.key_file.display()).into()),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", self.key_file.display()).into()),
        }
    }
}

/// Writes a key into a file that is not there yet, for the owner's eyes only.
pub fn write_key(path: &Path, key: &MasterKey) -> Result<(), Failed> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.to_hex().as_bytes())?;
    Ok(file.sync_all()?)
}
