//! Telling people that much is used: those whom the seller has chosen for each kind of notice (SUB-12).

use crate::kernel::call::Ctx;
use crate::mails::readers::{Reader, readers};
use crate::mails::{Mail, enqueue};
use crate::stores::features::size;
use crate::stores::wording::{Wording, wording};
use crate::usage::process::Notice;
use comptoir_db::contacts::{self, ContactRow};
use comptoir_db::{Db, Outcome, sellers, settings};
use comptoir_domain::mails::MailKind;
use comptoir_domain::usage::Resource;
use comptoir_domain::{ClientId, Locale};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// What resources are called.
const NAMES: &[(Resource, Wording)] = &[
    (Resource::DiskSpace, &[("en", "disk space"), ("fr", "espace disque")]),
    (Resource::Traffic, &[("en", "traffic"), ("fr", "trafic")]),
];

/// Writes the mails of some notices.
pub(super) fn notify(tx: &mut Db, ctx: &Ctx, notices: &[Notice]) -> Outcome<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let chosen = settings::read(tx, ctx.scope)?.value.0.usage;
    let own = sellers::own(tx, ctx.scope)?.email;
    let clients = BTreeSet::from_iter(notices.iter().map(|notice| notice.client));
    let mut people: HashMap<ClientId, Vec<ContactRow>> = HashMap::new();
    for contact in contacts::of_clients(tx, ctx.scope, &Vec::from_iter(clients))? {
        people.entry(contact.client_id).or_default().push(contact);
    }
    let mut mails = Vec::new();
    for notice in notices {
        let theirs = people.get(&notice.client).map_or(&[][..], Vec::as_slice);
        let primary = theirs.iter().find(|contact| contact.is_primary);
        let readers = readers(chosen.recipients(notice.notice), primary, theirs, &own);
        // each in his own language
        mails.extend(readers.into_iter().map(|reader| mail(notice, reader, reader.locale.unwrap_or(ctx.locale))));
    }
    enqueue(tx, ctx.scope, ctx.now, mails)
}

fn mail<'a>(notice: &Notice, reader: Reader<'a>, locale: Locale) -> Mail<'a> {
    let words = NAMES.iter().find(|(known, _)| *known == notice.resource).map_or(&[][..], |(_, words)| *words);
    let key = [
        MailKind::OveruseNotice.as_str(),
        &notice.subscription.to_string(),
        notice.resource.as_str(),
        notice.notice.as_str(),
        &notice.month.to_string(),
        reader.address,
    ];
    Mail {
        kind: MailKind::OveruseNotice,
        unique_key: key.join(":"),
        recipient: reader.address,
        locale,
        format: reader.format,
        variables: json!({ "packageName": notice.name, "resourceName": wording(words, locale),
            "resourceUsed": size(notice.used, locale), "resourceLimit": size(notice.limit, locale) }),
    }
}
