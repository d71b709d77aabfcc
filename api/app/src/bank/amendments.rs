//! Mandates whose creditor has another name or identifier than before (PAY-08): the next collection says who collected until now, so
//! that the payer's bank knows the mandate again (pain.008, `AmdmntInf`). It is said once; but if that collection is refused, or
//! its batch deleted, the one after it says it again.

use crate::bank::write::Writable;
use crate::kernel::call::Ctx;
use comptoir_connectors::bank::Amendment;
use comptoir_connectors::payment::Debits;
use comptoir_db::bank::debits::{self, DebitRow};
use comptoir_db::bank::mandates::{self, MandateRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::{MandateId, TransactionId};
use std::collections::{BTreeMap, BTreeSet};

/// Settles which collections tell of a change: the first of each mandate.
pub fn settle(plugin: &dyn Debits, all: &mut [Writable]) {
    let mut told = BTreeSet::new();
    for one in all.iter_mut() {
        one.amendment =
            one.mandate.as_ref().filter(|mandate| told.insert(mandate.id)).and_then(|row| change(plugin, row));
    }
}

/// What is another now than when a mandate was last used. Of old mandates nobody has noted it: they stay as they are.
fn change(plugin: &dyn Debits, mandate: &MandateRow) -> Option<Amendment> {
    let name = mandate.creditor_name.clone().filter(|name| name != plugin.creditor_name());
    let before = mandate.creditor_id.as_ref().and_then(|id| id.parse().ok());
    let id = before.filter(|id| Some(id) != plugin.creditor_id());
    let changed = name.is_some() || id.is_some();
    changed.then(|| Amendment { creditor_name: name, creditor_id: id, ..Amendment::default() })
}

/// Notes who collects now with the mandates of a file, and who did before with the collections that tell of it.
pub fn note(tx: &mut Db, ctx: &Ctx, plugin: &dyn Debits, all: &[Writable]) -> Outcome<()> {
    let id = plugin.creditor_id().map(|id| id.as_str());
    let is_new = |mandate: &&MandateRow| {
        mandate.creditor_name.as_deref() != Some(plugin.creditor_name()) || mandate.creditor_id.as_deref() != id
    };
    let mandates = all.iter().filter_map(|one| one.mandate.as_ref()).filter(is_new).map(|mandate| mandate.id);
    let mandates = Vec::from_iter(BTreeSet::from_iter(mandates));
    mandates::collected_by(tx, ctx.scope, &mandates, Some(plugin.creditor_name()), id)?;
    let mut former: BTreeMap<_, Vec<TransactionId>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.amendment.is_some()) {
        if let Some(mandate) = &one.mandate {
            let before = (mandate.creditor_name.clone(), mandate.creditor_id.clone());
            former.entry(before).or_default().push(one.debit.1.id);
        }
    }
    former.into_iter().try_for_each(|((name, id), debits)| {
        debits::former_creditor(tx, ctx.scope, &debits, (name.as_deref(), id.as_deref()))
    })
}

/// Takes back what collections have told that were never made.
pub fn take_back<'a>(tx: &mut Db, ctx: &Ctx, debits: impl IntoIterator<Item = &'a DebitRow>) -> Outcome<()> {
    let mut former: BTreeMap<_, Vec<MandateId>> = BTreeMap::new();
    for row in debits {
        let before = (row.former_creditor_name.clone(), row.former_creditor_id.clone());
        if let (Some(mandate), true) = (row.mandate_id, before != (None, None)) {
            former.entry(before).or_default().push(mandate);
        }
    }
    former.into_iter().try_for_each(|((name, id), mandates)| {
        mandates::collected_by(tx, ctx.scope, &mandates, name.as_deref(), id.as_deref())
    })
}
