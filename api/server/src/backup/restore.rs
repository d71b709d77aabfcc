//! `comptoir restore`. Everything that can be refused is looked at first; the database comes last, as a whole: whatever
//! breaks off before has changed nothing that the next try would mind.

use crate::backup::archive::{DATABASE, Kind, Unpacked, files_below};
use crate::backup::postgres;
use crate::config::{Config, Failed, write_key};
use crate::house::Folders;
use clap::Args;
use comptoir_app::kernel::keys::MasterKey;
use comptoir_db::connection::{Purpose, open};
use comptoir_db::copy::{close_sqlite, is_sound, standing};
use comptoir_db::{Address, Db, migrate, sellers};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Put a copy of a house where there is none yet
///
/// Brings back what `comptoir backup` has put into the file, and the database to the present schema. Stop the servers
/// first. A database that is not empty is left alone unless you say --replace; then everything in it is lost. The copy of
/// a SQLite database goes into SQLite, that of a PostgreSQL database into PostgreSQL.
#[derive(Args)]
pub struct Restore {
    /// A file that `comptoir backup` wrote
    file: PathBuf,
    /// Put the copy in the place of what is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    folders: Folders,
}

impl Restore {
    /// Looks at everything, then puts the key, the files and the database in place.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        if !self.file.is_file() {
            return Err(format!("{} is no file", self.file.display()).into());
        }
        let address: Address = config.database_url.parse()?;
        let copy = Unpacked::read(&self.file, &beside(&address)?)?;
        let key = self.key(config, &copy)?;
        let files = self.files(&copy)?;
        let place = Place::look(&address, &copy, self.replace)?;
        if let Some(key) = &key {
            write_key(&config.key_file, key)?;
        }
        for (from, to) in files {
            put(&from, &to)?;
        }
        let company = place.fill(&copy, self.replace)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "restored the house of {company} as it was at {}", copy.manifest.made_at)?;
        if config.held_key()?.is_none() && !copy.manifest.key.is_empty() {
            writeln!(
                out,
                "Its master key is not in the copy: put it into {} before you serve.",
                config.key_file.display()
            )?;
        }
        Ok(())
    }

    /// The key that has to be written. One that is there stays, and must be the one of the copy's house.
    fn key(&self, config: &Config, copy: &Unpacked) -> Result<Option<MasterKey>, Failed> {
        let theirs = copy.key().map(|text| MasterKey::from_hex(&text).ok_or("the key in the copy is no key"));
        match config.held_key()? {
            None => Ok(theirs.transpose()?),
            Some(ours) if copy.manifest.key.is_empty() || ours.fingerprint() == copy.manifest.key => Ok(None),
            Some(_) => {
                Err("the master key here is not the one of the copy's house: move it away, or name the right one"
                    .into())
            }
        }
    }

    /// Which files go where; none over another one, unless that is wanted.
    fn files(&self, copy: &Unpacked) -> Result<Vec<(PathBuf, PathBuf)>, Failed> {
        let mut wanted = Vec::new();
        for (name, folder) in self.folders.kept() {
            for path in files_below(&copy.at(name))? {
                let (from, to) = (copy.at(name).join(&path), folder.join(&path));
                match std::fs::read(&to) {
                    Ok(there) if there == std::fs::read(&from)? => {}
                    Ok(_) if !self.replace => {
                        let detail = "is another file than the copy's: move it away, or say --replace";
                        return Err(format!("{} {detail}", to.display()).into());
                    }
                    _ => wanted.push((from, to)),
                }
            }
        }
        Ok(wanted)
    }
}

/// Where there is room to unpack: on the disk of the database, so that its file can be moved into place.
fn beside(address: &Address) -> Result<PathBuf, Failed> {
    let Address::Sqlite(path) = address else { return Ok(std::env::temp_dir()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder.to_path_buf())
}

/// Puts a file in its place at one stroke.
fn put(from: &Path, to: &Path) -> Result<(), Failed> {
    let draft = to.with_extension("part");
    let written = to.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = written.and_then(|()| std::fs::copy(from, &draft)).and_then(|_| std::fs::rename(&draft, to));
    Ok(written.map_err(|error| format!("{}: {error}", to.display()))?)
}

/// Where the database goes: looked at, and found free.
enum Place {
    Sqlite { path: PathBuf, company: String },
    Postgres(String),
}

impl Place {
    /// Refuses what the copy does not fit.
    fn look(address: &Address, copy: &Unpacked, replace: bool) -> Result<Self, Failed> {
        let kind = match address {
            Address::Sqlite(_) => Kind::Sqlite,
            Address::Postgres(_) => Kind::Postgres,
        };
        let theirs = copy.manifest.database;
        if kind != theirs {
            let (theirs, ours) = (theirs.title(), kind.title());
            return Err(format!("this is the copy of a {theirs} database; it cannot go into {ours}").into());
        }
        if copy.manifest.schema > migrate::newest(address)? {
            return Err("a later version of Comptoir has made this copy: install that one first".into());
        }
        match address {
            Address::Sqlite(path) => Self::look_at_file(path, copy, replace),
            Address::Postgres(url) => Self::look_at_server(url, copy, replace),
        }
    }

    fn look_at_file(path: &Path, copy: &Unpacked, replace: bool) -> Result<Self, Failed> {
        if path.exists() && !replace {
            return Err(format!("{} exists: name another place, or say --replace", path.display()).into());
        }
        if path.exists() && !close_sqlite(path)? {
            return Err(format!("{} is in use: stop the server first", path.display()).into());
        }
        // made ready where it was unpacked
        let company = finish(&Address::Sqlite(copy.at(DATABASE)))?;
        Ok(Self::Sqlite { path: path.to_path_buf(), company })
    }

    fn look_at_server(url: &str, copy: &Unpacked, replace: bool) -> Result<Self, Failed> {
        let address = Address::Postgres(url.into());
        let mut db = open(&address, Purpose::Read)?;
        let Db::Pg(connection) = &mut db else { return Err("this is no connection to PostgreSQL".into()) };
        let found = standing(connection)?;
        if found.namespace != copy.manifest.namespace {
            let (theirs, ours) = (&copy.manifest.namespace, &found.namespace);
            return Err(format!("the copy's tables are in the schema {theirs}, here they would be in {ours}").into());
        }
        if found.tables > 0 && !replace {
            return Err("the database is not empty: name an empty one, or say --replace".into());
        }
        if found.visitors > 0 {
            return Err(format!("{} others are using the database: stop the servers first", found.visitors).into());
        }
        Ok(Self::Postgres(url.into()))
    }

    /// Puts the database in its place, brings it to the present schema and says whose it is.
    fn fill(self, copy: &Unpacked, replace: bool) -> Result<String, Failed> {
        match self {
            Self::Sqlite { path, company } => {
                let draft = copy.at(DATABASE);
                std::fs::File::open(&draft)?.sync_all()?;
                for end in ["-wal", "-shm"] {
                    // what a broken database has left behind is not the new one's
                    let mut left = path.clone().into_os_string();
                    left.push(end);
                    std::fs::remove_file(left).ok();
                }
                std::fs::rename(&draft, &path).map_err(|error| format!("{}: {error}", path.display()))?;
                Ok(company)
            }
            Self::Postgres(url) => {
                postgres::restore(&url, &copy.manifest.namespace, &copy.at(DATABASE), replace)?;
                finish(&Address::Postgres(url))
            }
        }
    }
}

/// Looks at a database that was brought back, and brings it to the present schema.
fn finish(address: &Address) -> Result<String, Failed> {
    let mut db = open(address, Purpose::Write)?;
    if !is_sound(&mut db).is_ok_and(|sound| sound) {
        return Err("the database in the copy is damaged".into());
    }
    migrate::migrate(&mut db)?;
    let provider = sellers::provider(&mut db)?;
    Ok(provider.map(|provider| provider.company).unwrap_or_default())
}
