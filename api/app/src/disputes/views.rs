//! What disputes look like.

use comptoir_db::disputes::DisputeRow;
use comptoir_domain::disputes::DisputeState;
use comptoir_domain::{DisputeId, Instant, Money, TransactionId};

/// What a payer disputes of a payment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DisputeView {
    /// The dispute.
    pub id: DisputeId,
    /// The payment.
    pub transaction_id: TransactionId,
    /// Where it stands.
    pub state: DisputeState,
    /// How much is disputed.
    pub amount: Money,
    /// Why, in the gateway's code or a person's words; empty if nobody says.
    pub reason: String,
    /// Where it stands in the gateway's own word, which is more precise.
    pub status: String,
    /// The gateway's id of it; null if it was recorded by hand.
    pub gateway_reference: Option<String>,
    /// Until when it can be answered, at the gateway's desk.
    pub answer_by: Option<Instant>,
    /// The transaction by which the money has gone, if it has.
    pub chargeback_id: Option<TransactionId>,
    /// Since when it is known.
    pub created_at: Instant,
    /// When it was decided.
    pub decided_at: Option<Instant>,
}

list_of!(DisputeList, DisputeView);

impl From<DisputeRow> for DisputeView {
    fn from(row: DisputeRow) -> Self {
        Self {
            amount: row.amount(),
            id: row.id,
            transaction_id: row.transaction_id,
            state: row.state,
            reason: row.reason,
            status: row.status,
            gateway_reference: row.gateway_reference,
            answer_by: row.answer_by,
            chargeback_id: row.chargeback_id,
            created_at: row.created_at,
            decided_at: row.decided_at,
        }
    }
}

/// A dispute of which no gateway tells: a letter of a bank, a cheque that bounced.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The bank's letter of 3 January: goods not received", "answer_by": "2026-01-20T00:00:00Z"}))]
pub struct DisputeCreate {
    /// How much; the whole payment if absent.
    pub amount: Option<Money>,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// Until when it can be answered.
    pub answer_by: Option<Instant>,
}

/// How it has ended.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "lost"}))]
pub struct DisputeDecide {
    /// `won` or `lost`.
    pub state: DisputeState,
    /// What the gateway or bank charges, in the payment's currency; only if it is lost.
    pub fee: Option<Money>,
}
