//! Whose rows a query may touch.

use comptoir_domain::SellerId;

/// One seller's rows. Every query on a seller's table takes a `Scope`, so none can be written that forgets it; a scope
/// is made where a caller is authenticated, or where the scheduler takes up a seller's work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope(SellerId);

impl Scope {
    /// The scope of a seller whose right to it has been checked.
    pub fn of(seller: SellerId) -> Self {
        Self(seller)
    }

    /// The seller.
    pub fn seller(self) -> SellerId {
        self.0
    }
}
