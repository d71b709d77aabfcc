//! What both clients hear of a transfer, each by a mail of its own kind. The seller itself is told nothing.

use crate::kernel::call::Ctx;
use crate::mails::{Mail, enqueue};
use crate::subscriptions::hand_over::Handover;
use comptoir_db::contacts::{self, ContactRow};
use comptoir_db::{Db, Outcome, own_clients};
use comptoir_domain::ClientId;
use comptoir_domain::mails::MailKind;
use serde_json::{Value, json};

/// A mail about a transfer.
pub struct Letter {
    /// What it is about.
    pub kind: MailKind,
    /// Two letters with one key are one.
    key: String,
    /// Who gets it.
    pub contact: ContactRow,
    variables: Value,
}

/// The mails about a transfer, to the primary contacts of both clients; none if nobody is to be told.
pub fn letters(db: &mut Db, ctx: &Ctx, handover: &Handover, notify: bool) -> Outcome<Vec<Letter>> {
    if !notify {
        return Ok(Vec::new());
    }
    let Handover { old, new, .. } = handover;
    let own = own_clients::find(db, ctx.scope)?;
    let contacts = contacts::primary_of(db, ctx.scope, &[old.client_id, new.client_id])?;
    let contact = |client: ClientId| contacts.iter().find(|contact| contact.client_id == client).cloned();
    let charged_from = handover.items.iter().map(|(_, begun)| begun.from_on).min();
    let variables = json!({ "packageName": new.name, "transferDate": ctx.today(), "chargedFromDate": charged_from });
    let told = [
        (MailKind::SubscriptionHandedOver, old.client_id, format!("subscription_handed_over:{}", old.id)),
        (MailKind::SubscriptionTakenOver, new.client_id, format!("subscription_taken_over:{}", new.id)),
    ];
    let letter = |(kind, client, key)| {
        let contact = contact(client).filter(|_| Some(client) != own)?;
        Some(Letter { kind, key, contact, variables: variables.clone() })
    };
    Ok(told.into_iter().filter_map(letter).collect())
}

/// Puts them into the outbox.
pub fn send(tx: &mut Db, ctx: &Ctx, letters: &[Letter]) -> Outcome<()> {
    let mails = letters.iter().map(|letter| Mail {
        kind: letter.kind,
        unique_key: letter.key.clone(),
        recipient: &letter.contact.email,
        locale: letter.contact.locale,
        format: letter.contact.mail_format,
        variables: letter.variables.clone(),
    });
    enqueue(tx, ctx.scope, ctx.now, mails.collect())
}
