//! Stocking a sandbox: its fakes take over what the real ones hold, and what is sealed is sealed anew with the sandbox's
//! keys, so that it opens there and nowhere else.

use crate::encryption::{DataKey, Held, Keys};
use crate::kernel::seal;
use crate::kernel::state::AppState;
use crate::payment_methods::owner;
use crate::sandboxes::houses::{gateway_book, off_thread, panel_book};
use crate::services::account::accounts;
use comptoir_connectors::panel::Account;
use comptoir_connectors::panel::fake::FakePanel;
use comptoir_connectors::payment::fake::ALWAYS_GOOD;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Db, Failure, Outcome, Scope, gateways, sellers, services, webhook_endpoints};
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

/// The gateway of every sandbox.
const GATEWAY: &str = "fake";

/// Stocks the house of a sandbox, whose rows are copied and whose files lie in `folder`.
pub async fn stock(live: &AppState, house: &AppState, folder: &Path, scope: Scope) -> Outcome<()> {
    seal_anew(live, house, scope).await?;
    let today = house.business.now();
    let work = move |db: &mut Db| {
        let seller = sellers::own(db, scope)?;
        let rows = services::at_panels(db, scope)?;
        let wishes = accounts(db, scope, today.date_in(seller.time_zone), &rows)?;
        let used =
            rows.iter().map(|row| row.disk_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default());
        // one that cannot be understood is not at a panel either
        let held = wishes.into_iter().zip(used).filter_map(|(wish, used)| Some((wish.ok()?, used))).collect();
        Ok((seller.code, held))
    };
    let (code, held): (String, Vec<(Account, u64)>) = house.store.read(work).await?;
    let failed = |error: comptoir_connectors::ConnectorError| Failure::Setting(format!("the fake panel: {error}"));
    let panel = FakePanel::open(&panel_book(folder)).map_err(failed)?;
    panel.take_over(held).await.map_err(failed)?;
    let own = [
        (live.settings.fake_book.clone(), gateway_book(folder)),
        (live.settings.stores_folder.join("own").join(&code), house.settings.stores_folder.join("own").join(&code)),
    ];
    off_thread(move || own.iter().try_for_each(|(from, to)| copy_tree(from, to))).await
}

/// Tokens and secrets, with the sandbox's keys. Methods of gateways that a sandbox does not have become cards of the fake
/// that are good.
async fn seal_anew(live: &AppState, house: &AppState, scope: Scope) -> Outcome<()> {
    let (keyring, now) = (live.keyring.clone(), live.machine.now());
    let keys = live.store.read(move |db| keyring.keys(db, scope, now)).await?;
    let sandbox = house.keyring.clone();
    let secrets = (*live.webhook_key(), *house.webhook_key());
    let (own, theirs) = (live.gateways.clone(), house.gateways.clone());
    let work = move |tx: &mut Db| {
        for row in payment_methods::all(tx, scope)? {
            payment_methods::save(tx, &mut method(row, &keys, sandbox.house())?)?;
        }
        for mut row in gateways::all(tx, scope)? {
            let secrets = own.secrets(&row).unwrap_or_default();
            theirs.seal(&mut row, &secrets)?;
            gateways::save(tx, &mut row)?;
        }
        for mut row in webhook_endpoints::all(tx, scope)? {
            let owner = row.id.to_string();
            row.secret_sealed = again(&row.secret_sealed, &owner, secrets)?;
            let previous = row.previous_secret_sealed.take();
            row.previous_secret_sealed = previous.map(|sealed| again(&sealed, &owner, secrets)).transpose()?;
            webhook_endpoints::save(tx, &mut row)?;
        }
        Ok(())
    };
    house.store.write(work).await
}

/// A method in the sandbox, under the key of its house. What is locked live is a good card here: a rehearsal waits for no
/// pass-phrase.
fn method(mut row: PaymentMethodRow, keys: &Keys, house: &DataKey) -> Outcome<PaymentMethodRow> {
    let secret = match (row.gateway == GATEWAY, keys.look(&row)) {
        (true, Held::Open(secret)) => secret,
        // what does not open any more stays shut
        (true, Held::Unreadable) => return Ok(row),
        (true, Held::Locked) | (false, _) => SecretString::from(ALWAYS_GOOD),
    };
    if row.gateway != GATEWAY {
        row.label = format!("{} ({})", row.label, row.gateway);
        row.gateway = GATEWAY.into();
    }
    row.token_sealed = house.seal(&owner(row.client_id, GATEWAY), secret.expose_secret().as_bytes())?;
    row.key_version = 0;
    Ok(row)
}

/// The live key and the sandbox's.
type SecretKeys = ([u8; 32], [u8; 32]);

/// A secret that is sealed with the live key, sealed with the sandbox's. What does not open any more stays shut.
fn again(secret: &str, owner: &str, keys: SecretKeys) -> Outcome<String> {
    match seal::open(&keys.0, owner, secret) {
        Some(bytes) => sealed(owner, &bytes, keys),
        None => Ok(secret.to_string()),
    }
}

fn sealed(owner: &str, secret: &[u8], keys: SecretKeys) -> Outcome<String> {
    seal::seal(&keys.1, owner, secret).ok_or_else(|| Failure::Corrupt("a secret could not be sealed".into()))
}

/// Copies a file or a folder, if it is there. Links are not followed out of a folder.
fn copy_tree(from: &Path, to: &PathBuf) -> Outcome<()> {
    let failed = |error: std::io::Error| Failure::Setting(format!("{}: {error}", from.display()));
    let Ok(kind) = std::fs::symlink_metadata(from) else { return Ok(()) };
    if kind.is_dir() {
        std::fs::create_dir_all(to).map_err(failed)?;
        for entry in std::fs::read_dir(from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if kind.is_file() {
        std::fs::copy(from, to).map_err(failed)?;
    }
    Ok(())
}
