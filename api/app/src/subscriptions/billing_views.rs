//! What a subscription shows of its bill: what was invoiced last, and what is taken off.

use chrono::NaiveDate;
use comptoir_db::discounts::DiscountRow;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, Scope, discounts, subscription_invoices};
use comptoir_domain::{CouponId, DiscountId, InvoiceId, Money, Percent, SubscriptionId};
use std::collections::{BTreeSet, HashMap};

/// The invoice that charged a subscription last.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LastInvoiceView {
    /// The invoice.
    pub id: InvoiceId,
    /// Its number.
    pub number: Option<String>,
    /// The day it carries.
    pub issued_on: Option<NaiveDate>,
    /// The day it has to be paid by.
    pub due_on: Option<NaiveDate>,
    /// What it comes to, with whatever else it charges.
    pub gross: Money,
    /// What of that is still to be paid.
    pub open: Money,
}

impl From<&InvoiceRow> for LastInvoiceView {
    fn from(row: &InvoiceRow) -> Self {
        Self {
            id: row.id,
            number: row.number.clone(),
            issued_on: row.issued_on,
            due_on: row.due_on,
            gross: row.money(row.gross_minor),
            open: row.payable(),
        }
    }
}

/// A discount that a subscription was promised.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GrantedDiscountView {
    /// The discount.
    pub discount_id: DiscountId,
    /// Its name.
    pub name: String,
    /// What it takes off, in per cent.
    pub percent: Percent,
    /// For how many cycles more; null for ever.
    pub cycles_left: Option<i32>,
}

/// A coupon that a subscription came with.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GrantedCouponView {
    /// The coupon.
    pub coupon_id: CouponId,
    /// For how many cycles more; null for ever.
    pub cycles_left: Option<i32>,
}

impl GrantedCouponView {
    /// The coupon of a subscription.
    pub fn of(row: &SubscriptionRow) -> Option<Self> {
        row.coupon_id.map(|coupon_id| Self { coupon_id, cycles_left: row.coupon_cycles })
    }
}

/// What some subscriptions show of their bills.
pub struct Bills {
    invoices: HashMap<SubscriptionId, LastInvoiceView>,
    discounts: HashMap<SubscriptionId, GrantedDiscountView>,
}

impl Bills {
    /// With four queries, however many there are.
    pub fn load(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Self> {
        let last = subscription_invoices::last(db, scope, ids)?;
        let distinct: BTreeSet<_> = last.values().copied().collect();
        let rows = invoices::find_many(db, scope, &Vec::from_iter(distinct))?;
        let rows: HashMap<InvoiceId, InvoiceRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let invoices = last.iter().filter_map(|(id, invoice)| Some((*id, rows.get(invoice)?.into())));
        let granted = discounts::of_subscriptions(db, scope, ids)?;
        let distinct: BTreeSet<_> = granted.iter().map(|row| row.discount_id).collect();
        let known = discounts::find_many(db, scope, &Vec::from_iter(distinct))?;
        let known: HashMap<DiscountId, DiscountRow> = known.into_iter().map(|row| (row.id, row)).collect();
        let discounts = granted.iter().filter_map(|row| {
            let DiscountRow { id, name, percent, .. } = known.get(&row.discount_id)?.clone();
            let view = GrantedDiscountView { discount_id: id, name, percent, cycles_left: row.cycles_left };
            Some((row.subscription_id, view))
        });
        Ok(Self { invoices: invoices.collect(), discounts: discounts.collect() })
    }

    /// What was invoiced last.
    pub fn invoice(&self, of: SubscriptionId) -> Option<LastInvoiceView> {
        self.invoices.get(&of).cloned()
    }

    /// What was promised to be taken off.
    pub fn discount(&self, of: SubscriptionId) -> Option<GrantedDiscountView> {
        self.discounts.get(&of).cloned()
    }
}
