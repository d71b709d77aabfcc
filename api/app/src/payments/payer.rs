//! Who pays, as gateways are told.

use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use comptoir_connectors::payment::Payer;
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::ClientId;

/// Whoever pays a transaction: as it was told at the terminal, or its client.
pub fn of_transaction(db: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<Payer> {
    let Some(Json(told)) = &row.payer else { return payer(db, ctx, row.client()?) };
    Ok(Payer {
        // gateways want a name for everyone
        id: row.client_id.map_or_else(|| row.id.to_string(), |client| client.to_string()),
        first_name: told.first_name.clone(),
        last_name: told.last_name.clone(),
        company: told.company.clone(),
        email: told.email.clone(),
        phone: told.phone.clone(),
        street: format!("{} {}", told.line1, told.line2).trim().to_string(),
        postcode: told.postal_code.clone(),
        city: told.city.clone(),
        region: told.state.clone(),
        country: told.country.to_string(),
        language: ctx.locale.language().to_string(),
        ip: ctx.ip.clone(),
    })
}

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
