//! What a transfer of a subscription looks like before it is made.

use crate::kernel::call::Ctx;
use crate::subscriptions::hand_over::Handover;
use crate::subscriptions::transfer_mails::Letter;
use crate::subscriptions::views::SubscriptionItemView;
use comptoir_db::subscription_transfers::open_invoices;
use comptoir_db::{Db, Outcome};
use comptoir_domain::mails::MailKind;
use comptoir_domain::subscriptions::{HoldKind, SubscriptionStatus, goes_along};
use comptoir_domain::{ClientId, CouponId, InvoiceId, Money, ServiceId, SubscriptionId};

/// An invoice that stays with the old client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OpenInvoiceView {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: Option<String>,
    /// What is open of it.
    pub open: Money,
}

/// A mail that would be sent.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TransferMailView {
    /// What it is about.
    pub kind: MailKind,
    /// The client who is told.
    pub client_id: ClientId,
    /// The address of its primary contact.
    pub recipient: String,
}

/// What a transfer would change.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionTransferPreviewView {
    /// The subscription that would be transferred and never invoiced again.
    pub subscription_id: SubscriptionId,
    /// Whose it is.
    pub from_client_id: ClientId,
    /// Whose the one that carries on would be.
    pub to_client_id: ClientId,
    /// Whether it becomes the seller's own: it has no price and is never invoiced.
    pub is_sellers_own: bool,
    /// Where that one would stand.
    pub status: SubscriptionStatus,
    /// Whether its plan is lost: hosting becomes custom, and so does what becomes the seller's own.
    pub becomes_custom: bool,
    /// How it would be paid.
    pub gateway: String,
    /// The first day that is charged to the next client; null for the seller itself.
    pub charged_from: Option<chrono::NaiveDate>,
    /// The day of the first invoice to the next client; null for the seller itself.
    pub next_invoice_on: Option<chrono::NaiveDate>,
    /// What is charged to the next client.
    pub items: Vec<SubscriptionItemView>,
    /// What is delivered to the next client from today on.
    pub service_ids: Vec<ServiceId>,
    /// What holds it and stays behind.
    pub lifted_holds: Vec<HoldKind>,
    /// What holds it and goes along.
    pub kept_holds: Vec<HoldKind>,
    /// The coupon that stays behind.
    pub lost_coupon_id: Option<CouponId>,
    /// What the old client still has to pay.
    pub open_invoices: Vec<OpenInvoiceView>,
    /// Who would be told.
    pub mails: Vec<TransferMailView>,
}

impl SubscriptionTransferPreviewView {
    /// Of what was decided.
    pub fn of(db: &mut Db, ctx: &Ctx, handover: &Handover, letters: Vec<Letter>) -> Outcome<Self> {
        let Handover { old, new, is_own, items, holds, services, .. } = handover;
        let is_own = *is_own;
        let begun = items.iter().map(|(_, item)| SubscriptionItemView::from(item));
        let open = open_invoices(db, ctx.scope, old.id)?.into_iter();
        let kinds = |along: bool| {
            let some = holds.iter().map(|hold| hold.kind).filter(|kind| goes_along(*kind) == along);
            some.collect()
        };
        let mail = |Letter { kind, contact, .. }: Letter| TransferMailView {
            kind,
            client_id: contact.client_id,
            recipient: contact.email,
        };
        Ok(Self {
            mails: letters.into_iter().map(mail).collect(),
            subscription_id: old.id,
            from_client_id: old.client_id,
            to_client_id: new.client_id,
            is_sellers_own: is_own,
            status: new.status,
            becomes_custom: old.plan_id.is_some() && new.plan_id.is_none(),
            gateway: new.gateway.clone(),
            charged_from: (!is_own).then_some(new.billed_through),
            next_invoice_on: new.next_invoice_on.filter(|_| !is_own),
            items: begun.filter(|_| !is_own).collect(),
            service_ids: services.iter().map(|service| service.id).collect(),
            lifted_holds: kinds(false),
            kept_holds: kinds(true),
            lost_coupon_id: old.coupon_id,
            open_invoices: open
                .map(|(invoice_id, number, open)| OpenInvoiceView { invoice_id, number, open })
                .collect(),
        })
    }
}
