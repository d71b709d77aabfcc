//! The file of a copy: a gzipped tar whose first entry says what the rest is. Any tar can open it; the checksum of gzip
//! finds damage, so a damaged copy is refused before anything is touched.

use crate::config::Failed;
use comptoir_domain::Instant;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

/// The entry that comes first.
const MANIFEST: &str = "comptoir.json";
/// The database: a SQLite file, or a script for PostgreSQL.
pub const DATABASE: &str = "database";
/// The master key in hexadecimal, if it was asked for.
pub const KEY: &str = "master.key";

/// The one format so far.
const FORMAT: u16 = 1;

/// Which database a copy is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a copy says of itself.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u16,
    /// Of the program that made it.
    version: String,
    pub database: Kind,
    /// The schema of PostgreSQL in which the tables are; empty for SQLite.
    pub namespace: String,
    /// The last migration that the database had seen.
    pub schema: String,
    pub made_at: Instant,
    /// The fingerprint of the master key; empty if nothing has been sealed yet.
    pub key: String,
}

impl Manifest {
    /// One of the present format.
    pub fn new(database: Kind, namespace: String, schema: String, made_at: Instant, key: String) -> Self {
        let version = env!("CARGO_PKG_VERSION").into();
        Self { format: FORMAT, version, database, namespace, schema, made_at, key }
    }
}

/// A copy that is being written.
pub struct Writer<W: Write>(tar::Builder<GzEncoder<W>>);

impl<W: Write> Writer<W> {
    /// Begins with what the copy says of itself.
    pub fn begin(out: W, manifest: &Manifest) -> Result<Self, Failed> {
        let mut copy = Self(tar::Builder::new(GzEncoder::new(out, Compression::default())));
        copy.add(Path::new(MANIFEST), &serde_json::to_vec_pretty(manifest)?)?;
        Ok(copy)
    }

    /// Adds an entry.
    pub fn add(&mut self, name: &Path, content: &[u8]) -> Result<(), Failed> {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len().try_into()?);
        header.set_mode(0o600);
        Ok(self.0.append_data(&mut header, name, content)?)
    }

    /// Adds a file that nobody changes meanwhile, however large.
    pub fn add_file(&mut self, name: &str, path: &Path) -> Result<(), Failed> {
        Ok(self.0.append_path_with_name(path, name)?)
    }

    /// Adds all files below a folder, if there is one.
    pub fn add_folder(&mut self, name: &str, folder: &Path) -> Result<(), Failed> {
        for path in files_below(folder)? {
            // read as a whole: it may be written anew at this moment
            self.add(&Path::new(name).join(&path), &std::fs::read(folder.join(&path))?)?;
        }
        Ok(())
    }

    /// Ends it.
    pub fn finish(self) -> Result<W, Failed> {
        Ok(self.0.into_inner()?.finish()?)
    }
}

/// A copy, unpacked into a folder that goes away with it.
pub struct Unpacked {
    pub manifest: Manifest,
    folder: tempfile::TempDir,
}

impl Unpacked {
    /// Reads a copy to its last byte, into a new folder within another one.
    pub fn read(file: &Path, within: &Path) -> Result<Self, Failed> {
        let folder = tempfile::Builder::new().prefix(".comptoir-restore-").tempdir_in(within);
        let folder = folder.map_err(|error| format!("{}: {error}", within.display()))?;
        let unpacked = unpack(file, folder.path()).and_then(|()| {
            let manifest: Manifest = serde_json::from_slice(&std::fs::read(folder.path().join(MANIFEST))?)?;
            if manifest.format == FORMAT { Ok(manifest) } else { Err("its format is not known here".into()) }
        });
        let refused = |error| format!("{} is damaged, or no copy of a house: {error}", file.display());
        Ok(Self { manifest: unpacked.map_err(refused)?, folder })
    }

    /// Where an entry lies.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The master key, if it is in the copy.
    pub fn key(&self) -> Option<String> {
        std::fs::read_to_string(self.at(KEY)).ok()
    }
}

fn unpack(file: &Path, folder: &Path) -> Result<(), Failed> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(file)?));
    let mut is_first = true;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if is_first && path != Path::new(MANIFEST) {
            return Err(format!("it begins with {}", path.display()).into());
        }
        is_first = false;
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let kind = entry.header().entry_type();
        if !is_plain || !(kind.is_file() || kind.is_dir()) || !entry.unpack_in(folder)? {
            return Err(format!("it has an entry {}", path.display()).into());
        }
    }
    // behind the last entry is the checksum of all
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    Ok(())
}

/// The plain files below a folder, by their paths from there, but for those that are still being written.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        let listed = match std::fs::read_dir(folder.join(&below)) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{}: {error}", folder.join(&below).display()).into()),
        };
        for entry in listed {
            let entry = entry?;
            let (path, kind) = (below.join(entry.file_name()), entry.file_type()?);
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file() && path.extension().is_none_or(|end| end != "part") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
