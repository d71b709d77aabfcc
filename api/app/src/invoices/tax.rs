//! What taxes of a client depend on.

use crate::kernel::call::Ctx;
use crate::taxes::treat::{Taxation, buyer_of};
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome, taxes};
use comptoir_domain::TaxPolicyId;
use comptoir_domain::quotes::{PriceRequest, Priced, TaxFacts};
use comptoir_domain::taxes::{TaxPolicy, Treatment};

/// Prices what a client is invoiced on a day, with the tax side of the request: where the client is taxed and whether at all, and by
/// which policies. Without policies nothing is taxed.
pub fn price_on(
    tx: &mut Db,
    ctx: &Ctx,
    date: NaiveDate,
    client: &ClientRow,
    policies: &[TaxPolicyId],
    request: impl FnOnce(TaxFacts) -> PriceRequest,
) -> Outcome<Priced> {
    let buyer = buyer_of(client);
    let taxation = Taxation::load(tx, ctx, [&buyer])?;
    let tax = facts(taxes::policies(tx, ctx.scope, policies)?, taxation.of(&buyer), date);
    taxation.price(&buyer, &mut request(tax))
}

/// The same for a buyer whose treatment is known.
pub fn facts(policies: Vec<TaxPolicy>, treatment: Treatment, date: NaiveDate) -> TaxFacts {
    let note = treatment.reason.note();
    TaxFacts { policies, note, place: treatment.place, date, private_sale: treatment.private_sale }
}
