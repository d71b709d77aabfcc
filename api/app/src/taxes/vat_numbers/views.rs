//! What answers about VAT numbers look like.

use comptoir_db::taxes::vat_checks::VatCheckRow;
use comptoir_domain::taxes::VatOutcome;
use comptoir_domain::{Instant, VatCheckId};

/// What was said about a VAT number.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct VatCheckView {
    /// The check.
    pub id: VatCheckId,
    /// The number.
    pub number: String,
    /// In use, not in use, or unknown.
    pub outcome: VatOutcome,
    /// Why it is unknown, in the other side's words; empty for an answer.
    pub reason: String,
    /// The number by which the answer can be proved; empty for none.
    pub consultation: String,
    /// Whose number it is; empty where the member does not tell.
    pub name: String,
    /// Its address; empty where the member does not tell.
    pub address: String,
    /// When.
    pub checked_at: Instant,
}

list_of!(VatCheckList, VatCheckView);

impl From<VatCheckRow> for VatCheckView {
    fn from(row: VatCheckRow) -> Self {
        let VatCheckRow { seller_id: _, id, number, outcome, reason, consultation, name, address, checked_at } = row;
        Self { id, number, outcome, reason, consultation, name, address, checked_at }
    }
}
