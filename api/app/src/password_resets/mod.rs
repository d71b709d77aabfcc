//! Forgotten passwords: a single-use link by mail, good for an hour (SEL-04, CLI-05). The answer never tells whether an
//! address is known.

pub mod redeem;
pub mod request;

use crate::kernel::clock::fresh;
use crate::kernel::keys;
use crate::kernel::routes::Routes;
use crate::mails::{Mail, Sender, enqueue};
use chrono::TimeDelta;
use comptoir_db::password_resets::{self, PasswordResetRow};
use comptoir_db::sessions::Holder;
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::MailFormat;
use comptoir_domain::{Instant, Locale, PasswordResetId};
use serde_json::json;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(request::request_password_reset).service(redeem::redeem_password_reset);
}

/// Where an administrator sets a new password.
pub fn administrators_page(public_url: &str) -> String {
    format!("{public_url}/reset-password#")
}

/// Where a client sets a new password: in the seller's default store.
pub fn clients_page(db: &mut Db, scope: Scope, public_url: &str) -> Outcome<String> {
    let sender = Sender::load(db, scope)?;
    Ok(format!("{}new-password/?token=", sender.account_page(public_url, sender.seller.locale)))
}

/// Makes a link and puts the mail with it into the outbox. `page` is where it leads, up to the token.
pub fn send_link(
    tx: &mut Db,
    scope: Scope,
    now: Instant,
    holder: Holder,
    email: &str,
    locale: Locale,
    page: &str,
) -> Outcome<()> {
    let token = keys::secret("cp");
    let (administrator_id, contact_id, kind) = match holder {
        Holder::Administrator(id) => (Some(id), None, MailKind::AdministratorLostPassword),
        Holder::Contact(id) => (None, Some(id), MailKind::LostPassword),
    };
    let row = PasswordResetRow {
        seller_id: scope.seller(),
        id: fresh::<PasswordResetId>(),
        administrator_id,
        contact_id,
        token_hash: keys::hash(&token),
        created_at: now,
        expires_at: now.plus(TimeDelta::hours(1)),
        used_at: None,
    };
    password_resets::insert(tx, &row)?;
    let variables = json!({ "link": format!("{page}{token}"), "token": token });
    let mail = Mail {
        kind,
        unique_key: format!("{kind}:{}", row.id),
        recipient: email,
        locale,
        format: MailFormat::Html,
        variables,
    };
    enqueue(tx, scope, now, vec![mail])
}
