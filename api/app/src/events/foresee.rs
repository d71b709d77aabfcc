//! Dry runs (EVT-06): what recurring work would do for a seller, one line per kind. A look makes the very decision that
//! the run makes and then says it instead of writing it; it gets a connection that only reads, and no way to call anyone.

use crate::events::purge;
use crate::invoices::NewInvoice;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::quotes::views::{DocumentTaxView, DocumentTotalsView};
use crate::{
    activities, bank, dunning, invoices, orders, payment_methods, payment_queue, schet_facturas, services,
    subscriptions, taxes, usage,
};
use chrono::NaiveDate;
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::events::{EventKind, ForeseenAction};
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::{ClientId, Currency, Money, Problem, Quantity, SubscriptionId, UnitPrice};
use std::collections::BTreeMap;

/// A look at what a kind of work would do for the seller of the context.
type Look = fn(&mut Db, &AppState, &Ctx, &mut Foreseen) -> Outcome<()>;

/// Who looks at which kind.
fn look(kind: EventKind) -> Option<Look> {
    use EventKind::*;
    match kind {
        ProcessUsage => Some(usage::process::foresee),
        ProcessCancellation => Some(subscriptions::end_due::foresee),
        ProcessExpirations => Some(subscriptions::expire_due::foresee),
        ProcessChanges => Some(subscriptions::apply_due::foresee),
        ProcessInvoices => Some(invoices::process::foresee),
        ProcessSchetFacturas => Some(schet_facturas::process::foresee),
        ProcessBatchFiles => Some(bank::process::foresee),
        ProcessPaymentQueue => Some(payment_queue::process::foresee),
        ProcessSuspensions => Some(dunning::suspend::foresee),
        ProcessUnsuspensions => Some(dunning::unsuspend::foresee),
        ProcessExpiredCreditCards => Some(payment_methods::expiry::foresee),
        ExpireOrders => Some(orders::expire::foresee),
        RecheckVatNumbers => Some(taxes::vat_numbers::foresee),
        ProcessActionLog => Some(activities::export::foresee),
        ProcessSync => Some(services::handle::foresee),
        PurgeEvents => Some(purge::foresee_events),
        PurgeIdempotencyKeys => Some(purge::foresee_idempotency_keys),
        _ => None,
    }
}

/// Whether a kind can be run dry.
pub fn can_be_foreseen(kind: EventKind) -> bool {
    look(kind).is_some()
}

/// What a kind of work would do for the seller of the context, at its time; keeps so many pieces at most.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, kind: EventKind, most: usize) -> Outcome<Foreseen> {
    let look = look(kind).ok_or_else(|| Failure::Setting(format!("{kind} cannot be run dry")))?;
    let mut seen = Foreseen { most, ..Foreseen::default() };
    look(db, state, ctx, &mut seen)?;
    Ok(seen)
}

/// What a run would do: everything is counted, the first pieces are kept.
#[derive(Debug, Default)]
pub struct Foreseen {
    most: usize,
    /// How many pieces.
    pub count: u64,
    /// What their amounts come to, by currency.
    pub amounts: BTreeMap<Currency, Money>,
    /// The first of them.
    pub items: Vec<ForeseenView>,
}

impl Foreseen {
    /// Adds a piece.
    pub fn add(&mut self, piece: ForeseenView) -> Outcome<()> {
        self.count += 1;
        if let Some(amount) = piece.amount {
            let sum = self.amounts.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
            *sum = sum.plus(amount).map_err(Problem::from)?;
        }
        if self.items.len() < self.most {
            self.items.push(piece);
        }
        Ok(())
    }

    /// Adds what cannot be done and would be put before a person.
    pub fn park(&mut self, subject: impl ToString, failure: &Failure) -> Outcome<()> {
        self.add(ForeseenView::new(subject, ForeseenAction::Park, failure.to_string()))
    }
}

/// One thing that a run would do.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ForeseenView {
    /// What it is about; empty for the house.
    pub subject_id: String,
    /// What would be done.
    pub action: ForeseenAction,
    /// The same for people.
    pub summary: String,
    /// The money it is about.
    pub amount: Option<Money>,
    /// The invoice that would be issued; its number is not known before.
    pub invoice: Option<ForeseenInvoiceView>,
}

impl ForeseenView {
    /// One without money.
    pub fn new(subject: impl ToString, action: ForeseenAction, summary: impl Into<String>) -> Self {
        Self { subject_id: subject.to_string(), action, summary: summary.into(), amount: None, invoice: None }
    }

    /// The same with an amount.
    pub fn amount(self, amount: Money) -> Self {
        Self { amount: Some(amount), ..self }
    }
}

/// An invoice that would be issued.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ForeseenInvoiceView {
    /// To whom.
    pub client_id: ClientId,
    /// The day on which it would be issued.
    pub issued_on: NaiveDate,
    /// The day by which it should be paid.
    pub due_on: Option<NaiveDate>,
    /// Its lines.
    pub lines: Vec<ForeseenLineView>,
    /// Its taxes.
    pub taxes: Vec<DocumentTaxView>,
    /// Its sums.
    pub totals: DocumentTotalsView,
}

impl ForeseenInvoiceView {
    /// An invoice that was worked out and would be issued on a day.
    pub fn new(invoice: &NewInvoice, issued_on: NaiveDate) -> Self {
        let pairs = invoice.lines.iter().zip(&invoice.priced.lines);
        let line = pairs.map(|(line, priced)| ForeseenLineView {
            subscription_id: line.subscription_id,
            kind: line.kind,
            description: line.description.clone(),
            period: line.period,
            quantity: priced.quantity,
            unit_price: priced.unit_price,
            share: priced.share,
            discount: priced.discount,
            net: priced.net,
            tax: priced.tax,
            gross: priced.gross,
        });
        Self {
            client_id: invoice.client.id,
            issued_on,
            due_on: invoice.due_on,
            lines: line.collect(),
            taxes: invoice.priced.taxes.iter().map(Into::into).collect(),
            totals: (&invoice.priced.totals).into(),
        }
    }
}

/// A line of an invoice that would be issued.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ForeseenLineView {
    /// The subscription it charges.
    pub subscription_id: Option<SubscriptionId>,
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: String,
    /// The days it pays for.
    pub period: Option<Period>,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle, as the store lists it.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// What is taken off, without tax.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// Its share of the taxes.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// Decisions, and the things that nothing can be decided about, with the reason.
type Apart<T, R> = (Vec<R>, Vec<(T, Failure)>);

/// Decides about some things together, if that is refused in halves, and so on: the decisions, and which single things
/// nothing can be decided about. What `isolate` is for a run.
pub fn apart<T: Clone, R>(
    db: &mut Db,
    things: &[T],
    decide: &impl Fn(&mut Db, &[T]) -> Outcome<Vec<R>>,
) -> Outcome<Apart<T, R>> {
    match db.savepoint(|db| decide(db, things)) {
        Ok(decided) => Ok((decided, Vec::new())),
        Err(failure) if failure.is_retryable() || matches!(failure, Failure::Open(_)) => Err(failure),
        Err(failure) => match things {
            [] => Ok((Vec::new(), Vec::new())),
            [one] => Ok((Vec::new(), vec![(one.clone(), failure)])),
            several => {
                let (left, right) = several.split_at(several.len() / 2);
                let (mut decided, mut sick) = apart(db, left, decide)?;
                let (others, other_sick) = apart(db, right, decide)?;
                decided.extend(others);
                sick.extend(other_sick);
                Ok((decided, sick))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Handlers;

    #[test]
    fn whatever_recurs_can_be_run_dry() {
        let recurring = Handlers::standard().kinds().into_iter().filter(|kind| kind.is_recurring());
        let blind: Vec<_> = recurring.filter(|kind| !can_be_foreseen(*kind)).collect();
        assert_eq!(blind, [], "write a look for each, and a line in foresee.rs");
    }
}
