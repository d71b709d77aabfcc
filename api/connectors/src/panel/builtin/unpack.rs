//! Laying a new webspace from a template: ours, a folder, or an archive that somebody uploaded. Archives are not
//! trusted: only plain files and folders under the known names, no way out by path or link, bounded in count and size.

use crate::error::{ConnectorError, Result};
use crate::panel::DomainName;
use flate2::read::MultiGzDecoder;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How much a template may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Files and folders.
    pub entries: u64,
    /// Bytes of all files, unpacked.
    pub bytes: u64,
}

impl Default for Limits {
    /// 10 000 entries and 256 MiB.
    fn default() -> Self {
        Self { entries: 10_000, bytes: 256 << 20 }
    }
}

/// What may stand at the root of a template (HST-01).
const TOP: &[&str] = &["httpdocs", "cgi-bin", "error_docs", "anon_ftp"];
/// What every webspace has, whatever its template holds.
const ALWAYS: &[&str] = &["httpdocs", "cgi-bin", "error_docs", "logs"];
const INDEX: &str = include_str!("pages/index.html");
const ERROR_PAGES: &[(&str, &str)] = &[
    ("403.html", include_str!("pages/403.html")),
    ("404.html", include_str!("pages/404.html")),
    ("500.html", include_str!("pages/500.html")),
];

fn refuse(message: impl std::fmt::Display) -> ConnectorError {
    ConnectorError::invalid("template", format!("the template cannot be used: {message}"))
}

/// Fills the empty folder `to`. What the template leaves out comes from ours.
pub(super) fn lay(to: &Path, template: Option<&Path>, limits: Limits, domain: &DomainName) -> Result<()> {
    if let Some(template) = template {
        let mut tree = Tree { to: to.to_path_buf(), left: limits };
        let name = template.to_string_lossy().to_lowercase();
        let found = fs::symlink_metadata(template).map_err(refuse)?;
        let file = || File::open(template).map_err(refuse);
        // a small archive must not grow into endless headers either
        let most = limits.bytes.saturating_add(limits.entries.saturating_mul(2048));
        match name.rsplit('.').next() {
            _ if found.is_dir() => tree.folder(template, "")?,
            Some("tgz" | "gz") => tree.tar(MultiGzDecoder::new(file()?).take(most))?,
            Some("tar") => tree.tar(file()?.take(most))?,
            Some("zip") => tree.zip(file()?)?,
            _ => return Err(refuse("expected a folder, .tgz, .tar.gz, .tar or .zip")),
        }
    }
    complete(to, domain)
}

fn complete(to: &Path, domain: &DomainName) -> Result<()> {
    ALWAYS.iter().try_for_each(|name| fs::create_dir_all(to.join(name)))?;
    for (name, text) in ERROR_PAGES {
        let page = to.join("error_docs").join(name);
        if !page.exists() {
            fs::write(page, text)?;
        }
    }
    let site = to.join("httpdocs");
    if fs::read_dir(&site)?.next().is_none() {
        fs::write(site.join("index.html"), INDEX.replace("{domain}", domain.as_str()))?;
    }
    Ok(())
}

/// A tree that is being filled, and what it may still hold.
struct Tree {
    to: PathBuf,
    left: Limits,
}

impl Tree {
    fn tar(&mut self, from: impl Read) -> Result<()> {
        let mut archive = tar::Archive::new(from);
        for entry in archive.entries().map_err(refuse)? {
            let mut entry = entry.map_err(refuse)?;
            let name = entry.path().map_err(refuse)?.to_str().ok_or_else(|| refuse("a name is not UTF-8"))?.to_owned();
            let kind = entry.header().entry_type();
            let runs = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            if kind.is_dir() {
                self.put_folder(&name)?;
            } else if kind.is_file() {
                self.put_file(&name, &mut entry, runs)?;
            } else if !kind.is_pax_global_extensions() {
                return Err(refuse(format!("{name} is a link or a device")));
            }
        }
        Ok(())
    }

    fn zip(&mut self, from: impl Read + Seek) -> Result<()> {
        let mut archive = zip::ZipArchive::new(from).map_err(refuse)?;
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).map_err(refuse)?;
            let name = entry.name().map_err(refuse)?.into_owned();
            let mode = entry.unix_mode().unwrap_or(0o644);
            let (kind, runs) = (mode & 0o170_000, mode & 0o111 != 0);
            if !matches!(kind, 0 | 0o040_000 | 0o100_000) {
                return Err(refuse(format!("{name} is a link or a device")));
            }
            if entry.is_dir() { self.put_folder(&name)? } else { self.put_file(&name, &mut entry, runs)? }
        }
        Ok(())
    }

    /// Copies a folder of this machine; `inner` is its path inside the template.
    fn folder(&mut self, from: &Path, inner: &str) -> Result<()> {
        for entry in fs::read_dir(from).map_err(refuse)? {
            let entry = entry.map_err(refuse)?;
            let name = entry.file_name().to_str().ok_or_else(|| refuse("a name is not UTF-8"))?.to_owned();
            let inner = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            let found = entry.metadata().map_err(refuse)?; // of a link itself
            if found.is_dir() {
                self.put_folder(&inner)?;
                self.folder(&entry.path(), &inner)?;
            } else if found.is_file() {
                let runs = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0;
                self.put_file(&inner, &mut File::open(entry.path()).map_err(refuse)?, runs)?;
            } else {
                return Err(refuse(format!("{inner} is a link or a device")));
            }
        }
        Ok(())
    }

    fn put_folder(&mut self, name: &str) -> Result<()> {
        match self.place(name)? {
            Some(path) => fs::create_dir_all(path).map_err(|error| clash(name, error)),
            None => Ok(()), // the root itself
        }
    }

    fn put_file(&mut self, name: &str, content: &mut dyn Read, runs: bool) -> Result<()> {
        let path = self.place(name)?.ok_or_else(|| refuse("a file without a name"))?;
        let folder = path.parent().filter(|folder| *folder != self.to);
        let folder = folder.ok_or_else(|| refuse(format!("{name} must be a folder")))?;
        fs::create_dir_all(folder).map_err(|error| clash(name, error))?;
        let mode = if runs { 0o755 } else { 0o644 };
        let file = File::options().write(true).create_new(true).mode(mode).open(&path);
        let mut file = file.map_err(|error| clash(name, error))?;
        // the sizes that the archive claims are not believed
        let copied = std::io::copy(&mut content.take(self.left.bytes.saturating_add(1)), &mut file).map_err(refuse)?;
        self.left.bytes = self.left.bytes.checked_sub(copied).ok_or_else(|| refuse("it holds too many bytes"))?;
        Ok(file.sync_all()?)
    }

    /// Where an entry goes: below the tree, under one of the known names.
    fn place(&mut self, name: &str) -> Result<Option<PathBuf>> {
        self.left.entries = self.left.entries.checked_sub(1).ok_or_else(|| refuse("it holds too many entries"))?;
        let odd = |letter: char| letter.is_control() || letter == '\\';
        if name.starts_with('/') || name.contains(odd) || name.len() > 1024 {
            return Err(refuse(format!("the path {name:?} is not allowed")));
        }
        let parts: Vec<_> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let Some(top) = parts.first() else { return Ok(None) };
        if parts.contains(&"..") || parts.len() > 32 {
            return Err(refuse(format!("the path {name:?} is not allowed")));
        }
        if !TOP.contains(top) {
            return Err(refuse(format!("{top:?} stands at its root; only {} may", TOP.join(", "))));
        }
        Ok(Some(parts.iter().fold(self.to.clone(), |path, part| path.join(part))))
    }
}

/// Two entries of one name, or a file where a folder has to be, are the template's fault; a full disk is ours.
fn clash(name: &str, error: std::io::Error) -> ConnectorError {
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => refuse(format!("{name} is there twice")),
        ErrorKind::InvalidFilename => refuse(format!("the name {name:?} is too long")),
        _ => error.into(),
    }
}
