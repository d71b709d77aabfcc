//! The root directory: every read and write of the built-in host goes through here. Names are checked types, links are
//! never followed, files change by rename, and one lock keeps processes apart.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What stands directly under the root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Area {
    Webspaces,
    Vhosts,
    Zones,
    Accounts,
    Claims,
    Pages,
    Staging,
}

impl Area {
    const ALL: [Area; 7] =
        [Area::Webspaces, Area::Vhosts, Area::Zones, Area::Accounts, Area::Claims, Area::Pages, Area::Staging];

    const fn folder(self) -> &'static str {
        match self {
            Area::Webspaces => "webspaces",
            Area::Vhosts => "vhosts",
            Area::Zones => "zones",
            Area::Accounts => "accounts",
            Area::Claims => "claims",
            Area::Pages => "pages",
            Area::Staging => "staging",
        }
    }
}

/// An open root directory.
pub(super) struct Root(PathBuf);

impl Root {
    /// Makes what is missing. None of the areas may be a link.
    pub(super) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path)?;
        let root = Self(path.canonicalize()?);
        for area in Area::ALL {
            let folder = root.0.join(area.folder());
            match fs::symlink_metadata(&folder) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Err(Error::other(format!("{} is not a directory", folder.display()))),
                Err(error) if error.kind() == ErrorKind::NotFound => fs::create_dir(&folder)?,
                Err(error) => return Err(error),
            }
        }
        Ok(root)
    }

    /// Keeps other processes and tasks out until the file is dropped.
    pub(super) fn lock(&self) -> Result<File> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.0.join(".lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// Where something stands. `name` is made of checked names only.
    pub(super) fn path(&self, area: Area, name: &str) -> PathBuf {
        self.0.join(area.folder()).join(name)
    }

    /// The mark that configuration has changed and nobody was told yet; it outlives a crash.
    pub(super) fn reload_mark(&self) -> PathBuf {
        self.0.join(".reload")
    }

    /// The content of a file, or nothing. A link is not a file.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => fs::read(path).map(Some),
            Ok(_) => Err(Error::other(format!("{} is not a file", path.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file by rename, unless it already has this content.
    pub(super) fn write(&self, path: &Path, content: &[u8]) -> Result<()> {
        if self.read(path)?.is_some_and(|old| old == content) {
            return Ok(());
        }
        let mut draft = tempfile::NamedTempFile::new_in(self.path(Area::Staging, ""))?;
        draft.write_all(content)?;
        draft.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        draft.as_file().sync_all()?;
        draft.persist(path)?;
        sync_parent(path)
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, path: &Path) -> Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => sync_parent(path),
        }
    }

    /// A new folder to work in; what is not moved out of it disappears with [`Self::clear_staging`].
    pub(super) fn stage(&self) -> Result<PathBuf> {
        let open_to_servers = fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().permissions(open_to_servers).tempdir_in(self.path(Area::Staging, ""))?;
        Ok(folder.keep())
    }

    /// Moves a finished tree to its place, or away from it.
    pub(super) fn move_tree(&self, from: &Path, to: &Path) -> Result<()> {
        fs::rename(from, to)?;
        sync_parent(from)?;
        sync_parent(to)
    }

    /// Removes what a crash or a removal left. Only under the lock.
    pub(super) fn clear_staging(&self) -> Result<()> {
        for entry in fs::read_dir(self.path(Area::Staging, ""))? {
            let entry = entry?;
            // a link counts as a file here: it goes, its target stays
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
        Ok(())
    }

    /// Whether something stands there, whatever it is.
    pub(super) fn exists(&self, path: &Path) -> Result<bool> {
        match fs::symlink_metadata(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Bytes of all files below; what disappears meanwhile counts nothing, and neither does the target of a link.
    pub(super) fn size(&self, tree: &Path) -> Result<u64> {
        let mut bytes = 0_u64;
        let mut folders = vec![tree.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                other => other?,
            };
            for entry in entries {
                let entry = entry?;
                match entry.metadata() {
                    Ok(found) if found.is_dir() => folders.push(entry.path()),
                    Ok(found) => bytes = bytes.saturating_add(found.len()),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(bytes)
    }
}

fn sync_parent(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
