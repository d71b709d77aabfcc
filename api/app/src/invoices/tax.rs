//! What taxes of a client depend on.

use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome, taxes};
use comptoir_domain::TaxPolicyId;
use comptoir_domain::quotes::TaxFacts;
use comptoir_domain::taxes::Place;

/// The tax side of a price request: where the client is taxed, on which day, and by which policies. Without policies
/// nothing is taxed.
pub fn tax_facts(
    tx: &mut Db,
    ctx: &Ctx,
    client: &ClientRow,
    policies: &[TaxPolicyId],
    date: NaiveDate,
) -> Outcome<TaxFacts> {
    Ok(TaxFacts { policies: taxes::policies(tx, ctx.scope, policies)?, place: place_of(client), date, note: None })
}

/// Where a client is taxed: its invoice address.
pub fn place_of(client: &ClientRow) -> Place {
    let given = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    Place { country: client.country, state: given(&client.state), city: given(&client.city), county: None }
}
