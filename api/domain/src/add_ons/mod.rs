//! Extensions of a plan: which ones a plan offers, grouped by a question in the store, and which ones a subscription
//! can take (CAT-03..05, CAT-10, SUB-10).

mod choose;
mod offer;

pub use choose::{Terms, check_choice};
pub use offer::{OfferedGroup, as_certificate_add_on, check_certificate_offer, check_common_price, check_offers};
