//! Writing a folder of files so that readers see all of the old or all of the new.
//!
//! The output folder is a symbolic link to a hidden sibling. A release is written into a new sibling; files equal to
//! the present ones are hard links to them and keep their times. The link is then replaced by one rename. If nothing
//! differs nothing is touched.

use crate::{assets::hex, build::Built, shop::StorefrontError};
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub(crate) struct Release {
    out: PathBuf,
    staging: PathBuf,
    digest: Sha256,
    built: Built,
}

impl Release {
    /// Starts beside `out`, which is absent, an empty folder, or the link of an earlier release.
    pub(crate) fn begin(out: &Path) -> Result<Self, StorefrontError> {
        let staging = sibling(out, "next")?;
        attempt(&staging, remove(&staging))?;
        attempt(&staging, fs::create_dir_all(&staging))?;
        Ok(Self { out: out.to_path_buf(), staging, digest: Sha256::new(), built: Built::default() })
    }

    /// Adds a file; `path` is relative, with forward slashes.
    pub(crate) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorefrontError> {
        self.digest.update(format!("{path}\n{}\n", hex(&Sha256::digest(bytes))));
        let (present, next) = (self.out.join(path), self.staging.join(path));
        if let Some(folder) = next.parent() {
            attempt(folder, fs::create_dir_all(folder))?;
        }
        let same = fs::read(&present).is_ok_and(|old| old == bytes);
        if same && fs::hard_link(&present, &next).is_ok() {
            self.built.kept += 1;
            return Ok(());
        }
        self.built.written += 1;
        attempt(&next, fs::write(&next, bytes))
    }

    /// Switches to the new files and removes the old ones.
    pub(crate) fn commit(self) -> Result<Built, StorefrontError> {
        let digest = hex(&self.digest.finalize());
        let target = sibling(&self.out, digest.get(..16).unwrap_or(&digest))?;
        let before = fs::read_link(&self.out).ok().map(|link| self.out.with_file_name(link));
        if before.as_ref() == Some(&target) {
            attempt(&self.staging, remove(&self.staging))?;
            return Ok(self.built);
        }
        attempt(&target, remove(&target))?;
        attempt(&target, fs::rename(&self.staging, &target))?;
        let link = sibling(&self.out, "link")?;
        attempt(&link, remove(&link))?;
        attempt(&link, std::os::unix::fs::symlink(target.file_name().unwrap_or_default(), &link))?;
        if before.is_none() && self.out.is_dir() {
            attempt(&self.out, fs::remove_dir(&self.out))?; // refuses a folder that holds anything
        }
        attempt(&self.out, fs::rename(&link, &self.out))?;
        if let Some(before) = before {
            attempt(&before, remove(&before))?;
        }
        Ok(self.built)
    }
}

/// `.name.suffix` beside `out`.
fn sibling(out: &Path, suffix: &str) -> Result<PathBuf, StorefrontError> {
    let Some(name) = out.file_name().and_then(|name| name.to_str()) else {
        return Err(StorefrontError::file(out, io::Error::from(io::ErrorKind::InvalidInput)));
    };
    Ok(out.with_file_name(format!(".{name}.{suffix}")))
}

/// Removes a file, a link or a folder with all in it; absent is fine.
fn remove(path: &Path) -> io::Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    gone.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn attempt<T>(path: &Path, result: io::Result<T>) -> Result<T, StorefrontError> {
    result.map_err(|error| StorefrontError::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(out: &Path, files: &[(&str, &str)]) -> Built {
        let mut release = Release::begin(out).unwrap();
        files.iter().for_each(|(path, text)| release.put(path, text.as_bytes()).unwrap());
        release.commit().unwrap()
    }

    #[test]
    fn switches_keeps_and_forgets() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        assert_eq!(write(&out, &[("a/b.html", "1"), ("c.html", "2")]), Built { written: 2, kept: 0 });
        let first = fs::metadata(out.join("c.html")).unwrap().modified().unwrap();
        let link = fs::read_link(&out).unwrap();

        assert_eq!(write(&out, &[("a/b.html", "1"), ("c.html", "2")]), Built { written: 0, kept: 2 });
        assert_eq!(fs::read_link(&out).unwrap(), link);

        assert_eq!(write(&out, &[("c.html", "2"), ("d.html", "3")]), Built { written: 1, kept: 1 });
        assert_eq!(fs::metadata(out.join("c.html")).unwrap().modified().unwrap(), first);
        assert!(!out.join("a/b.html").exists() && out.join("d.html").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "the link and one release");
    }

    /// A release that stopped half-way leaves the old one in place and does not disturb the next.
    #[test]
    fn an_unfinished_release_is_invisible() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        write(&out, &[("a.html", "old")]);
        let mut stopped = Release::begin(&out).unwrap();
        stopped.put("a.html", b"new").unwrap();
        drop(stopped);
        assert_eq!(fs::read_to_string(out.join("a.html")).unwrap(), "old");
        write(&out, &[("a.html", "newer")]);
        assert_eq!(fs::read_to_string(out.join("a.html")).unwrap(), "newer");
    }

    #[test]
    fn a_foreign_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("mine.txt"), "keep").unwrap();
        let mut release = Release::begin(&out).unwrap();
        release.put("a.html", b"1").unwrap();
        assert!(release.commit().is_err());
        assert_eq!(fs::read_to_string(out.join("mine.txt")).unwrap(), "keep");
    }
}
