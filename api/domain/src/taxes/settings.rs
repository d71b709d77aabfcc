//! What a seller has settled about taxes.

use super::{Contradiction, Oss, UnverifiedNumbers, VatAnswer};
use crate::{Check, Result};
use chrono::NaiveDate;

/// What a seller has settled about taxes (TAX-04, TAX-06).
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaxSettings {
    /// How a business of another member of the Union is taxed whose VAT number nobody has confirmed.
    pub unverified_numbers: UnverifiedNumbers,
    /// Days for which an answer about a VAT number holds.
    #[schema(minimum = 1, maximum = 365)]
    pub answer_holds_days: u16,
    /// Where private buyers of other members are taxed: where they live from the start, or where the seller is below the threshold.
    pub oss: Oss,
    /// What becomes of an order of which everything but the invoice address shows another country.
    pub contradicting_evidence: Contradiction,
}

/// VAT is charged in doubt, an answer holds for a quarter, private buyers are taxed where they live.
impl Default for TaxSettings {
    fn default() -> Self {
        Self {
            unverified_numbers: UnverifiedNumbers::default(),
            answer_holds_days: 90,
            oss: Oss::default(),
            contradicting_evidence: Contradiction::default(),
        }
    }
}

impl TaxSettings {
    /// Whether an answer about a VAT number is new enough.
    pub fn still_holds(&self, answer: &VatAnswer, on: NaiveDate) -> bool {
        (on - answer.on).num_days() <= i64::from(self.answer_holds_days)
    }

    /// Refuses what makes no sense; pointers are relative to the settings.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        let holds = (1..=365).contains(&self.answer_holds_days);
        check.ensure(holds, "/answer_holds_days", "out_of_range", "1 to 365 days");
        check.done()
    }
}
