//! Beginning many charges in one transaction: when it is committed, each stands in the database with our reference, and none has
//! been sent.

use crate::bank::join::join;
use crate::credits::apply_credits;
use crate::encryption::{Held, ask_for_phrase};
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::mails::Sender;
use crate::payment_queue::plan::{Due, Known, Means, look};
use crate::payment_queue::wanted::Wanted;
use crate::payments::pay::{new_row, reference};
use crate::payments::payer::told;
use comptoir_connectors::payment::{PaymentGateway, PaymentRequest, PaymentSource, Presence, Take};
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, clients, credits};
use comptoir_domain::collection::CollectionAction;
use comptoir_domain::{ClientId, InvoiceId};
use std::collections::HashMap;
use std::sync::Arc;

/// A charge that is written down and waits to be sent.
#[derive(Clone)]
pub struct Begun {
    /// Who is charged.
    pub client: ClientId,
    /// Our record of it.
    pub row: TransactionRow,
    /// What is sent.
    pub request: PaymentRequest,
    /// Where to.
    pub gateway: Arc<dyn PaymentGateway>,
}

/// Begins charges of different clients, in their order; nothing for one that meanwhile was paid, is under way elsewhere, was
/// tried by another run or cannot be sent.
pub fn begin(tx: &mut Db, ctx: &Ctx, wanted: &Wanted, means: &Means, charges: &[Due]) -> Outcome<Vec<Option<Begun>>> {
    let rows = locked(tx, ctx, charges)?;
    let now = look(tx, ctx, wanted, &rows)?;
    let now: HashMap<_, _> = now.due.iter().map(|due| ((due.part.invoice, due.part.method.id), due)).collect();
    let by_id: HashMap<InvoiceId, &InvoiceRow> = rows.iter().map(|row| (row.id, row)).collect();
    let clients: Vec<ClientId> = now.values().map(|due| due.client).collect();
    let parties = Parties::load(tx, ctx, &clients)?;
    let sender = Sender::load(tx, ctx.scope)?;
    let (mut known, mut new, mut begun) = (Known::new(means, wanted.action), Vec::new(), Vec::new());
    for charge in charges {
        let key = (charge.part.invoice, charge.part.method.id);
        let (Some(due), Some(invoice)) = (now.get(&key), by_id.get(&charge.part.invoice)) else {
            begun.push(None);
            continue;
        };
        let (ready, token) = match known.usable(tx, ctx.scope, &due.part)? {
            Some((ready, Held::Open(token))) => (ready, token),
            // it waits: the next run finds it again
            Some(_) => {
                ask_for_phrase(tx, ctx)?;
                begun.push(None);
                continue;
            }
            None => {
                tracing::error!(method = %due.part.method.id, "a stored payment method cannot be used here");
                begun.push(None);
                continue;
            }
        };
        if let Some(debits) = ready.gateway.debits() {
            // nothing is sent: it joins the next file for the bank
            match join(tx, ctx, debits, invoice, (&due.part.method, due.part.amount)) {
                Ok(_) => {}
                Err(Failure::Refused(problem)) => tracing::warn!(%problem, "an account is not debited"),
                Err(failure) => return Err(failure),
            }
            begun.push(None);
            continue;
        }
        let row = TransactionRow {
            payment_method_id: Some(due.part.method.id),
            ..new_row(ctx, invoice, &due.part.method.gateway, due.part.amount)
        };
        new.push(row.clone());
        let (client, contact) = parties.buyer(due.client)?;
        let account = sender.account_page(&means.public_url, client.locale);
        let request = PaymentRequest {
            reference: reference(&row)?,
            amount: row.amount(),
            description: row.reference.clone(),
            source: PaymentSource::Saved(token),
            take: take(wanted.action),
            save: false,
            presence: Presence::Nobody,
            payer: told(ctx, client, contact),
            return_to: format!("{account}invoices/{}/pay/back/", invoice.id),
            at: ctx.now,
        };
        begun.push(Some(Begun { client: due.client, row, request, gateway: ready.gateway }));
    }
    payments::insert_many(tx, &new)?;
    Ok(begun)
}

/// The invoices behind the locks of their clients, after credit has paid what it can.
fn locked(tx: &mut Db, ctx: &Ctx, charges: &[Due]) -> Outcome<Vec<InvoiceRow>> {
    let owners: Vec<ClientId> = charges.iter().map(|due| due.client).collect();
    let ids: Vec<InvoiceId> = charges.iter().map(|due| due.part.invoice).collect();
    clients::lock_many(tx, ctx.scope, &owners)?;
    let mut rows = invoices::lock_many(tx, ctx.scope, &ids)?;
    let credited = credits::in_credit(tx, ctx.scope, &owners)?;
    for row in rows.iter_mut().filter(|row| credited.contains(&(row.client_id, row.currency))) {
        apply_credits(tx, ctx, row)?;
    }
    Ok(rows)
}

const fn take(action: CollectionAction) -> Take {
    match action {
        CollectionAction::Charge => Take::Now,
        CollectionAction::Authorise => Take::Reserve,
    }
}
