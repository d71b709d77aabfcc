//! What taxes of a client depend on.

use crate::kernel::call::Ctx;
use crate::taxes::treat::{Taxation, buyer_of};
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome, taxes};
use comptoir_domain::TaxPolicyId;
use comptoir_domain::quotes::TaxFacts;
use comptoir_domain::taxes::{TaxPolicy, Treatment};

/// The tax side of a price request: where the client is taxed and whether at all, on which day, and by which policies.
/// Without policies nothing is taxed.
pub fn tax_facts(
    tx: &mut Db,
    ctx: &Ctx,
    client: &ClientRow,
    policies: &[TaxPolicyId],
    date: NaiveDate,
) -> Outcome<TaxFacts> {
    let buyer = buyer_of(client);
    let treatment = Taxation::load(tx, ctx, [&buyer])?.of(&buyer);
    Ok(facts(taxes::policies(tx, ctx.scope, policies)?, treatment, date))
}

/// The same for a buyer whose treatment is known.
pub fn facts(policies: Vec<TaxPolicy>, treatment: Treatment, date: NaiveDate) -> TaxFacts {
    TaxFacts { policies, note: treatment.reason.note(), place: treatment.place, date }
}
