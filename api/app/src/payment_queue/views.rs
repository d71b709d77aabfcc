//! What the queue looks like.

use crate::payment_queue::plan::Due;
use chrono::NaiveDate;
use comptoir_domain::collection::ChargeReason;
use comptoir_domain::{ClientId, InvoiceId, Money, PaymentMethodId};

/// A charge that is to be made.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentQueueView {
    /// For which invoice.
    pub invoice_id: InvoiceId,
    /// The invoice's number.
    pub invoice_number: String,
    /// The invoice's day.
    pub due_on: Option<NaiveDate>,
    /// Who pays.
    pub client_id: ClientId,
    /// By which stored method.
    pub payment_method_id: PaymentMethodId,
    /// What may be shown of it.
    pub payment_method: String,
    /// Where.
    pub gateway: String,
    /// How much.
    pub amount: Money,
    /// Why now.
    pub reason: ChargeReason,
}

impl From<Due> for PaymentQueueView {
    fn from(due: Due) -> Self {
        let method = due.part.method;
        Self {
            invoice_id: due.part.invoice,
            invoice_number: due.number,
            due_on: due.due_on,
            client_id: due.client,
            payment_method_id: method.id,
            payment_method: method.label,
            gateway: method.gateway,
            amount: due.part.amount,
            reason: due.reason,
        }
    }
}

list_of!(PaymentQueueList, PaymentQueueView);

/// What a run would charge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentQueuePreviewView {
    /// How many charges.
    pub count: u64,
    /// What they come to, one sum for each currency.
    pub amounts: Vec<Money>,
    /// The first hundred, client by client, in the order in which they would be made.
    pub charges: Vec<PaymentQueueView>,
}
