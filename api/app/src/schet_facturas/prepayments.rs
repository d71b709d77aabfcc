//! Line 5 of the form: the payments by which what a document certifies was paid before it was delivered.

use crate::kernel::call::Ctx;
use crate::schet_facturas::decide::Wanted;
use crate::schet_facturas::form::ReferenceView;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::InvoiceId;
use comptoir_domain::payments::TransactionState;
use std::collections::{BTreeSet, HashMap};

/// The payments of the invoices of some documents.
pub struct Prepayments(HashMap<InvoiceId, Vec<ReferenceView>>);

impl Prepayments {
    /// Reads them; one query.
    pub fn load(db: &mut Db, ctx: &Ctx, wanted: &[Wanted]) -> Outcome<Self> {
        let invoices = wanted.iter().flat_map(|one| one.lines.iter().map(|line| line.invoice_id));
        let invoices: BTreeSet<InvoiceId> = invoices.collect();
        let mut of: HashMap<InvoiceId, Vec<ReferenceView>> = HashMap::new();
        for row in payments::of_invoices(db, ctx.scope, &Vec::from_iter(invoices))? {
            let is_taken = matches!(row.state, TransactionState::Approved | TransactionState::Captured);
            if let Some(invoice) = row.invoice_id.filter(|_| is_taken) {
                of.entry(invoice).or_default().push(reference(ctx, row));
            }
        }
        Ok(Self(of))
    }

    /// Those that came before all of a document was delivered.
    pub fn of(&self, wanted: &Wanted) -> Vec<ReferenceView> {
        let invoices: BTreeSet<InvoiceId> = wanted.lines.iter().map(|line| line.invoice_id).collect();
        let theirs = invoices.iter().filter_map(|invoice| self.0.get(invoice)).flatten();
        let early: BTreeSet<_> = theirs.filter(|payment| payment.date < wanted.missing.period.to).cloned().collect();
        early.into_iter().collect()
    }
}

fn reference(ctx: &Ctx, row: TransactionRow) -> ReferenceView {
    // the gateway's id; of a payment by hand what was typed; else ours
    let theirs = row.gateway_reference.unwrap_or_default();
    let candidates = [theirs, row.detail.0.message, row.reference];
    let number = candidates.into_iter().find(|number| !number.is_empty()).unwrap_or_default();
    ReferenceView { date: row.settled_at.unwrap_or(row.created_at).date_in(ctx.zone), number }
}
