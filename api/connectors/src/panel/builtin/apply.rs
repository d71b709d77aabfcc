//! Bringing an account about, step by step. Each step is safe to repeat and the record comes last, so a crash anywhere
//! is mended by the same call.

use super::map;
use super::root::{Area, Root};
use super::{Settings, unpack};
use crate::error::{ConnectorError, Kind, Result};
use crate::panel::{Account, ExternalId, State};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The account as it was last brought about.
pub(super) fn record(root: &Root, id: &ExternalId) -> Result<Option<Account>> {
    let Some(text) = root.read(&record_path(root, id))? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&text).map_err(std::io::Error::from)?))
}

/// Makes the account what it should be. Under the lock.
pub(super) fn apply(settings: &Settings, root: &Root, desired: &Account, today: NaiveDate) -> Result<()> {
    root.clear_staging()?;
    let held = record(root, &desired.id)?;
    if let Some(held) = held.filter(|held| held.domain != desired.domain) {
        return Err(conflict(&desired.id, held.domain.as_str()));
    }
    match desired.state {
        State::Removed => remove(root, desired)?,
        State::Active | State::Suspended => present(settings, root, desired, today)?,
    }
    reload(settings, root)
}

fn conflict(holder: &ExternalId, name: &str) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "domain", format!("{holder} holds {name}"))
}

fn record_path(root: &Root, id: &ExternalId) -> PathBuf {
    root.path(Area::Accounts, &format!("{id}.json"))
}

fn vhost_path(root: &Root, account: &Account) -> PathBuf {
    root.path(Area::Vhosts, &format!("{}.conf", account.domain))
}

fn zone_path(root: &Root, account: &Account) -> PathBuf {
    root.path(Area::Zones, &format!("{}.zone", account.domain))
}

/// The host names an account answers to: nobody else may.
fn names(account: &Account) -> [String; 2] {
    [account.domain.to_string(), format!("www.{}", account.domain)]
}

fn holder(root: &Root, name: &str) -> Result<Option<String>> {
    let text = root.read(&root.path(Area::Claims, name))?;
    Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
}

fn present(settings: &Settings, root: &Root, account: &Account, today: NaiveDate) -> Result<()> {
    if account.script_php && settings.php_socket.is_none() {
        return Err(ConnectorError::invalid("no_php", "this host has no PHP"));
    }
    let names = names(account);
    for name in &names {
        if let Some(holder) = holder(root, name)?.filter(|holder| holder != account.id.as_str()) {
            let message = format!("{holder} holds {name}");
            return Err(ConnectorError::new(Kind::Conflict, "domain", message));
        }
    }
    for name in &names {
        root.write(&root.path(Area::Claims, name), account.id.as_str().as_bytes())?;
    }
    let webspace = root.path(Area::Webspaces, account.domain.as_str());
    if !root.exists(&webspace)? {
        let staged = root.stage()?;
        unpack::lay(&staged, settings.template.as_deref(), settings.limits, &account.domain)?;
        root.move_tree(&staged, &webspace)?;
    }
    let pages = root.path(Area::Pages, "");
    configure(root, &vhost_path(root, account), map::vhost(settings, account, &webspace, &pages))?;
    configure(root, &zone_path(root, account), zone(settings, root, account, today)?)?;
    let record = serde_json::to_vec_pretty(account).map_err(std::io::Error::from)?;
    Ok(root.write(&record_path(root, &account.id), &record)?)
}

/// The zone with the serial it has, or with the next one if anything else changed.
fn zone(settings: &Settings, root: &Root, account: &Account, today: NaiveDate) -> Result<String> {
    let old = root.read(&zone_path(root, account))?;
    let old = old.map(|text| String::from_utf8_lossy(&text).into_owned());
    let serial = old.as_deref().and_then(map::serial_of);
    let same = map::zone(settings, &account.domain, serial.unwrap_or_default());
    if old.is_some_and(|old| old == same) {
        return Ok(same);
    }
    Ok(map::zone(settings, &account.domain, map::next_serial(serial, today)))
}

/// Writes configuration, noting first that somebody has to be told.
fn configure(root: &Root, path: &Path, content: String) -> Result<()> {
    if root.read(path)?.is_none_or(|old| old != content.as_bytes()) {
        root.write(&root.reload_mark(), b"")?;
        root.write(path, content.as_bytes())?;
    }
    Ok(())
}

/// Takes away all that the account holds; nothing if the domain is another's or nobody's.
fn remove(root: &Root, account: &Account) -> Result<()> {
    let names = names(account);
    let [domain, _] = &names;
    if holder(root, domain)?.is_some_and(|holder| holder == account.id.as_str()) {
        for path in [vhost_path(root, account), zone_path(root, account)] {
            if root.exists(&path)? {
                root.write(&root.reload_mark(), b"")?;
                root.remove(&path)?;
            }
        }
        let webspace = root.path(Area::Webspaces, domain);
        if root.exists(&webspace)? {
            root.move_tree(&webspace, &root.stage()?.join("removed"))?;
            root.clear_staging()?;
        }
    }
    root.remove(&record_path(root, &account.id))?;
    for name in names.iter().rev() {
        if holder(root, name)?.is_some_and(|holder| holder == account.id.as_str()) {
            root.remove(&root.path(Area::Claims, name))?;
        }
    }
    Ok(())
}

/// Tells the servers, if configuration has changed since they were last told.
fn reload(settings: &Settings, root: &Root) -> Result<()> {
    if !root.exists(&root.reload_mark())? {
        return Ok(());
    }
    for command in &settings.reload {
        let Some((program, arguments)) = command.split_first() else { continue };
        let done = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).output()?;
        if !done.status.success() {
            let said: String = String::from_utf8_lossy(&done.stderr).chars().take(500).collect();
            return Err(ConnectorError::new(Kind::Unavailable, "reload", format!("{program}: {said}")));
        }
    }
    Ok(root.remove(&root.reload_mark())?)
}
