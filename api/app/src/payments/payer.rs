//! Who pays, as gateways are told.

use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use comptoir_connectors::payment::Payer;
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::ClientId;

/// A client, by its primary contact.
pub fn payer(db: &mut Db, ctx: &Ctx, id: ClientId) -> Outcome<Payer> {
    let parties = Parties::load(db, ctx, &[id])?;
    let (client, contact) = parties.buyer(id)?;
    Ok(told(ctx, client, contact))
}

/// The same for one that is at hand.
pub fn told(ctx: &Ctx, client: &ClientRow, contact: &ContactRow) -> Payer {
    let street = format!("{} {}", client.address_line1, client.address_line2);
    Payer {
        id: client.id.to_string(),
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        company: client.company.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        street: street.trim().to_string(),
        postcode: client.postal_code.clone(),
        city: client.city.clone(),
        region: client.state.clone(),
        country: client.country.to_string(),
        language: client.locale.language().to_string(),
        ip: ctx.ip.clone(),
    }
}
