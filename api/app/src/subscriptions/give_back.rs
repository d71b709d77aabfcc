//! Giving back what was charged for days that are not used: a credit note on each invoice that charged them. What was paid
//! becomes the client's credit, what is still open is no longer asked for.

use crate::invoices::credit_note::{credit, take_back};
use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::subscription_changes::{ChargedLine, charged_beyond};
use comptoir_db::{Db, Outcome};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::invoices::credit_note::{Extent, LineLeft};
use comptoir_domain::subscriptions::{Charged, unused};
use comptoir_domain::{Code, InvoiceLineId, Money, Problem, SubscriptionId, SubscriptionItemId};
use std::collections::HashMap;

/// What is to be taken back of one invoice.
pub struct Credit {
    /// The invoice.
    pub invoice: InvoiceRow,
    /// Of which lines how much.
    pub extents: Vec<Extent>,
    /// The amounts of the credit note, below zero.
    pub taken: Vec<LineLeft>,
}

impl Credit {
    /// Without and with tax.
    pub fn totals(&self) -> Result<(Money, Money), Problem> {
        let net = Money::sum(self.invoice.currency, self.taken.iter().map(|line| line.net))?;
        let taxes = self.taken.iter().flat_map(|line| line.taxes.iter().map(|(_, tax)| *tax));
        let gross = net.plus(Money::sum(self.invoice.currency, taxes)?)?;
        Ok((net, gross))
    }
}

/// What some items have charged for days from one day on, as credit notes to be; reads only. A draft has charged nothing
/// yet: it is made anew. That of an order is not, so nothing that it asks for can be taken back before it is paid.
pub fn decide(db: &mut Db, ctx: &Ctx, items: &[SubscriptionItemId], from: NaiveDate) -> Outcome<Vec<Credit>> {
    let mut lines = charged_beyond(db, ctx.scope, items, from)?;
    let drafts = lines.iter().filter(|line| line.state == InvoiceState::Draft).map(|line| line.invoice);
    let drafts = invoices::find_many(db, ctx.scope, &drafts.collect::<Vec<_>>())?;
    drafts.iter().try_for_each(not_of_an_order)?;
    lines.retain(|line| line.state == InvoiceState::Issued && !line.is_written_off);
    let rows = invoices::find_many(db, ctx.scope, &lines.iter().map(|line| line.invoice).collect::<Vec<_>>())?;
    let left = left(db, ctx, &lines)?;
    let charged = lines.iter().filter_map(|line| {
        let invoice = rows.iter().find(|row| row.id == line.invoice)?;
        let money = |minor| Money::from_minor(minor, invoice.currency);
        let left = money(left.get(&line.line).copied().unwrap_or_default());
        let (net, until) = (money(line.net_minor), line.item_to);
        Some(Charged { invoice: line.invoice, line: line.line, period: line.period, until, net, left })
    });
    let wanted = unused(&charged.collect::<Vec<_>>(), from)?;
    // one or two: the invoice of the cycle that runs, and that of the next one if it is out already
    let credit = |(id, extents): (_, Vec<Extent>)| {
        let invoice = rows.iter().find(|row| row.id == id).cloned().ok_or_else(Problem::not_found)?;
        let lines = invoices::lines(db, ctx.scope, &[id])?;
        let (taken, _) = take_back(db, ctx, &invoice, &lines, &extents)?;
        Ok(Credit { invoice, extents, taken: taken.into_iter().map(|(_, part)| part).collect() })
    };
    wanted.into_iter().map(credit).collect()
}

/// Refuses what would end a subscription or give it away while its order is not paid: the draft of the order would charge
/// it all the same.
pub fn ensure_settled(db: &mut Db, ctx: &Ctx, subscription: SubscriptionId) -> Outcome<()> {
    let draft = invoices::ordered_draft(db, ctx.scope, subscription)?;
    draft.iter().try_for_each(not_of_an_order)?;
    Ok(())
}

fn not_of_an_order(draft: &InvoiceRow) -> Result<(), Problem> {
    let Some(order) = draft.order_id else { return Ok(()) };
    let detail = format!(
        "it stands on the draft {} of the order {order}: have it paid first, or cancel the order (POST /v1/orders/{order}/cancel)",
        draft.id
    );
    Err(Problem::new(Code::WrongState, detail))
}

/// What earlier credit notes have left of the lines.
fn left(db: &mut Db, ctx: &Ctx, lines: &[ChargedLine]) -> Outcome<HashMap<InvoiceLineId, i64>> {
    let mut left: HashMap<_, _> = lines.iter().map(|line| (line.line, line.net_minor)).collect();
    for credit in invoices::credit_lines(db, ctx.scope, &left.keys().copied().collect::<Vec<_>>())? {
        if let Some(left) = credit.credits_line_id.and_then(|line| left.get_mut(&line)) {
            *left += credit.net_minor;
        }
    }
    Ok(left)
}

/// Issues the credit notes. The caller has locked the client.
pub fn write(tx: &mut Db, ctx: &Ctx, credits: &[Credit], from: NaiveDate, comment: &str) -> Outcome<()> {
    for one in credits {
        let mut invoice = invoices::lock(tx, ctx.scope, one.invoice.id)?;
        credit(tx, ctx, &mut invoice, &one.extents, Some(from), comment)?;
    }
    Ok(())
}
