//! What taxes of a client depend on.

use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::TaxPolicyId;
use comptoir_domain::quotes::TaxFacts;
use comptoir_domain::taxes::Place;

/// The tax side of a price request: where the client is taxed, on which day, and by which policies. Without policies
/// nothing is taxed.
pub fn tax_facts(
    _tx: &mut Db,
    _ctx: &Ctx,
    client: &ClientRow,
    _policies: &[TaxPolicyId],
    date: NaiveDate,
) -> Outcome<TaxFacts> {
    let given = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    let place = Place { country: client.country, state: given(&client.state), city: given(&client.city), county: None };
    Ok(TaxFacts { policies: Vec::new(), place, date, note: None })
}
