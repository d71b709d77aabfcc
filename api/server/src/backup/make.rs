//! `comptoir backup`.

use crate::backup::archive::{DATABASE, KEY, Kind, Manifest, Writer};
use crate::backup::postgres;
use crate::config::{Config, Failed};
use crate::house::Folders;
use clap::Args;
use comptoir_app::Clock;
use comptoir_db::connection::{Purpose, open};
use comptoir_db::copy::{copy_sqlite, schema_of, standing};
use comptoir_db::{Address, Db};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Copy the house into one file, while the server works or not
///
/// In it are the database, the activities that were moved to files, and what sellers have put into their stores' own
/// folders. Not in it are what can be made anew (the pages of the stores), the contents of web spaces, and mail that was
/// written to a folder. The master key is in it only if you say so: without that key nobody can use the stored payment
/// methods and webhook secrets, so keep a copy of it in another place.
#[derive(Args)]
pub struct Backup {
    /// The file to write, such as house.tar.gz; it must not exist
    file: PathBuf,
    /// Put the master key into it too: whoever reads the file can then do whatever the house can
    #[arg(long)]
    with_key: bool,
    #[command(flatten)]
    folders: Folders,
}

impl Backup {
    /// Writes the copy beside its place and moves it there when it is whole.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        let file = self.file.display();
        if self.file.exists() {
            return Err(format!("{file} exists: name another file").into());
        }
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(format!("{} is no folder: make it first", folder.display()).into());
        }
        let key = config.held_key()?;
        if self.with_key && key.is_none() {
            return Err(format!("there is no master key in {}", config.key_file.display()).into());
        }
        let scratch = tempfile::Builder::new().prefix(".comptoir-backup-").tempdir_in(folder);
        let scratch = scratch.map_err(|error| format!("{}: {error}", folder.display()))?;
        let database = scratch.path().join(DATABASE);
        let fingerprint = key.as_ref().map(|key| key.fingerprint()).unwrap_or_default();
        let manifest = copy_database(&config.database_url.parse()?, &database, fingerprint)?;

        let mut copy = Writer::begin(tempfile::NamedTempFile::new_in(folder)?, &manifest)?;
        if let Some(key) = key.filter(|_| self.with_key) {
            copy.add(Path::new(KEY), key.to_hex().as_bytes())?;
        }
        for (name, folder) in self.folders.kept() {
            copy.add_folder(name, &folder)?;
        }
        copy.add_file(DATABASE, &database)?;
        let written = copy.finish()?;
        written.as_file().sync_all()?;
        let bytes = written.as_file().metadata()?.len();
        written.persist_noclobber(&self.file)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{file}: {bytes} bytes")?;
        if !self.with_key {
            writeln!(out, "The master key is not in it: keep a copy of that too.")?;
        }
        Ok(())
    }
}

fn copy_database(address: &Address, target: &Path, key: String) -> Result<Manifest, Failed> {
    if let Address::Sqlite(path) = address
        && !path.is_file()
    {
        return Err(format!("there is no database at {}", path.display()).into());
    }
    let mut db = open(address, Purpose::Read)?;
    let schema = schema_of(&mut db)?;
    let (kind, namespace) = match (&mut db, address) {
        (Db::Sqlite(_), Address::Sqlite(path)) => {
            copy_sqlite(path, target)?;
            (Kind::Sqlite, String::new())
        }
        (Db::Pg(c), Address::Postgres(url)) => {
            let namespace = standing(c)?.namespace;
            postgres::dump(url, &namespace, target)?;
            (Kind::Postgres, namespace)
        }
        _ => return Err("the connection is not the address's".into()),
    };
    Ok(Manifest::new(kind, namespace, schema, Clock::System.now(), key))
}
