//! Which part of an invoice is charged to which stored method (SUB-08, PAY-04): its subscriptions weigh by what their lines
//! come to, each divided by its shares.

use crate::kernel::call::Ctx;
use comptoir_db::invoices::{InvoiceRow, grosses};
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::payment_shares;
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::payment_shares::{parts, weigh};
use comptoir_domain::{ClientId, InvoiceId, Money, PaymentMethodId, Percent, Problem, SubscriptionId};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a line of an invoice charges, and of which subscription.
type Charged = (InvoiceId, Option<SubscriptionId>, i64);

/// A part of an invoice, for one method.
#[derive(Clone)]
pub struct Part {
    /// The invoice.
    pub invoice: InvoiceId,
    /// What is charged.
    pub method: PaymentMethodRow,
    /// How much of it.
    pub amount: Money,
    /// Whether nothing else of the invoice is charged to anything else.
    pub is_all: bool,
}

/// The parts of some unpaid invoices, by invoice and method; their transactions so far say what each method has paid. Where
/// several methods are not wanted, the default one pays all.
pub fn divide(
    db: &mut Db,
    ctx: &Ctx,
    rows: &[InvoiceRow],
    so_far: &[TransactionRow],
    several_methods: bool,
) -> Outcome<Vec<Part>> {
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let charged = grosses(db, ctx.scope, &ids)?;
    let about = charged.iter().filter_map(|(_, subscription, _)| *subscription).filter(|_| several_methods);
    let about = BTreeSet::from_iter(about);
    let mut shares: HashMap<SubscriptionId, Vec<(PaymentMethodId, Percent)>> = HashMap::new();
    for row in payment_shares::of_subscriptions(db, ctx.scope, &Vec::from_iter(about))? {
        shares.entry(row.subscription_id).or_default().push((row.payment_method_id, row.share));
    }
    let clients: Vec<ClientId> = rows.iter().map(|row| row.client_id).collect();
    let defaults = payment_methods::defaults(db, ctx.scope, &clients)?;
    let named = BTreeSet::from_iter(shares.values().flatten().map(|(method, _)| *method));
    let mut methods: HashMap<PaymentMethodId, PaymentMethodRow> =
        payment_methods::some(db, ctx.scope, &Vec::from_iter(named))?.into_iter().map(|row| (row.id, row)).collect();
    let of_client: HashMap<ClientId, PaymentMethodId> = defaults.iter().map(|row| (row.client_id, row.id)).collect();
    methods.extend(defaults.into_iter().map(|row| (row.id, row)));
    let mut found = Vec::new();
    for row in rows {
        let lines: Vec<_> = lines_of(&charged, row.id)
            .map(|(_, subscription, gross)| {
                let shared = subscription.and_then(|id| shares.get(&id)).map_or(&[][..], Vec::as_slice);
                (Decimal::from(*gross), shared)
            })
            .collect();
        let weights = weigh(&lines, of_client.get(&row.client_id).copied());
        let paid = paid(row, so_far)?;
        let (due, is_all) = (parts(row.payable(), &paid, &weights)?, weights.len() == 1);
        let part =
            |(method, amount)| Some(Part { invoice: row.id, method: methods.get(&method)?.clone(), amount, is_all });
        found.extend(due.into_iter().filter_map(part));
    }
    Ok(found)
}

/// The lines of an invoice among those of some, which stand together.
fn lines_of(charged: &[Charged], invoice: InvoiceId) -> impl Iterator<Item = &Charged> {
    let begin = charged.partition_point(|(of, _, _)| *of < invoice);
    charged.iter().skip(begin).take_while(move |(of, _, _)| *of == invoice)
}

/// What each method has paid of an invoice.
fn paid(invoice: &InvoiceRow, so_far: &[TransactionRow]) -> Result<BTreeMap<PaymentMethodId, Money>, Problem> {
    let mut paid = BTreeMap::new();
    let theirs = so_far.iter().filter(|row| row.invoice_id == Some(invoice.id) && row.currency == invoice.currency);
    for row in theirs.filter(|row| row.state.is_taken()) {
        if let Some(method) = row.payment_method_id {
            let sum = paid.entry(method).or_insert(Money::zero(invoice.currency));
            *sum = sum.plus(row.amount())?;
        }
    }
    Ok(paid)
}
