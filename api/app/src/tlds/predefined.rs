//! What a new seller begins with.

use crate::kernel::clock::fresh;
use comptoir_db::sellers::SellerRow;
use comptoir_db::tlds::{self, TldRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::tlds::{PREDEFINED, TldState};

/// Writes the predefined endings, suspended and without a registrar.
pub fn open_default(tx: &mut Db, seller: &SellerRow) -> Outcome<()> {
    let row = |name: &&str| TldRow {
        seller_id: seller.id,
        id: fresh(),
        name: (*name).into(),
        state: TldState::Suspended,
        default_registrar_id: None,
        prices: Json(Vec::new()),
        is_predefined: true,
        created_at: seller.created_at,
        version: 1,
    };
    tlds::insert_many(tx, &PREDEFINED.iter().map(row).collect::<Vec<_>>())
}
