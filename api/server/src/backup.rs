//! `comptoir backup` and `comptoir restore`: the whole database as one file, consistent while the server works. SQLite
//! writes the copy itself; PostgreSQL's own tools do it there. The master key is not in it: keep that elsewhere.

use crate::config::{Config, Failed};
use clap::Args;
use comptoir_db::copy::copy_sqlite;
use comptoir_db::{Address, sellers};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the copy goes.
#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist
    file: PathBuf,
}

/// Where the copy lies.
#[derive(Args)]
pub struct Restore {
    /// A file that `comptoir backup` wrote
    file: PathBuf,
}

impl Backup {
    /// Writes the copy beside its place and moves it there when it is whole.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        if self.file.exists() {
            return Err(format!("{} exists: name another file", self.file.display()).into());
        }
        let draft = self.file.with_extension("part");
        if draft.exists() {
            std::fs::remove_file(&draft)?;
        }
        match config.database_url.parse()? {
            Address::Sqlite(path) => copy_sqlite(&path, &draft)?,
            Address::Postgres(url) => postgres("pg_dump", &url, &["--format=custom", "--no-owner", "--file"], &draft)?,
        }
        std::fs::File::open(&draft)?.sync_all()?;
        std::fs::rename(&draft, &self.file)?;
        let bytes = std::fs::metadata(&self.file)?.len();
        Ok(writeln!(std::io::stdout(), "{}: {bytes} bytes", self.file.display())?)
    }
}

impl Restore {
    /// Puts the copy where there is nothing yet, and brings it to the present schema.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        if !self.file.is_file() {
            return Err(format!("{} is no file", self.file.display()).into());
        }
        match config.database_url.parse()? {
            Address::Sqlite(path) => {
                if path.exists() {
                    return Err(format!("{} exists: restore beside it, or move it away", path.display()).into());
                }
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                std::fs::copy(&self.file, &path)?;
                std::fs::File::open(&path)?.sync_all()?;
            }
            Address::Postgres(url) => {
                let options = ["--exit-on-error", "--single-transaction", "--no-owner"];
                postgres("pg_restore", &url, &options, &self.file)?;
            }
        }
        let store = config.open_store()?;
        let provider = tokio::runtime::Runtime::new()?.block_on(store.read(sellers::provider))?;
        let provider = provider.ok_or("the copy holds no provider: it is not one of Comptoir's")?;
        Ok(writeln!(std::io::stdout(), "restored the house of {}", provider.company)?)
    }
}

/// Runs one of PostgreSQL's tools. The password goes by the environment, where other users of the machine do not see it.
fn postgres(tool: &str, url: &str, options: &[&str], file: &Path) -> Result<(), Failed> {
    let mut address = url::Url::parse(url)?;
    let password = address.password().map(str::to_string);
    address.set_password(None).map_err(|()| "the address of the database takes no password")?;
    let mut command = Command::new(tool);
    command.arg("--dbname").arg(address.as_str()).args(options).arg(file);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let status = command.status().map_err(|error| format!("{tool}: {error}; install PostgreSQL's client tools"))?;
    if status.success() { Ok(()) } else { Err(format!("{tool} failed ({status})").into()) }
}
