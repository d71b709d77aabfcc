//! What a mail says: its own variables, the seller's and the addressee's (the guide's common variables).

use crate::mails::render::{Rendered, Unwritten, render};
use crate::stores::site::account_page;
use comptoir_db::mails::{Addressee, MailRow};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::Locale;
use serde_json::{Map, Value, json};

/// Who writes.
pub struct Sender {
    /// The seller.
    pub seller: SellerRow,
    /// The stores where its clients may have their account.
    stores: Vec<StoreRow>,
}

impl Sender {
    /// The seller of a scope.
    pub fn load(db: &mut Db, scope: Scope) -> Outcome<Self> {
        Ok(Self { seller: sellers::own(db, scope)?, stores: stores::open_to_clients(db, scope)? })
    }

    /// Where clients sign in, with a stroke at the end.
    pub fn account_page(&self, public_url: &str, locale: Locale) -> String {
        account_page(public_url, &self.seller, &self.stores, locale)
    }
}

/// Puts a mail into words. `public_url` is where the house answers.
pub fn compose(
    mail: &MailRow,
    sender: &Sender,
    addressee: Option<&Addressee>,
    public_url: &str,
) -> Result<Rendered, Unwritten> {
    let seller = &sender.seller;
    let mut values = common(mail, seller, addressee);
    values.insert("companyClientURL".into(), sender.account_page(public_url, mail.locale).into());
    values.insert("contactUsername".into(), mail.recipient.as_str().into());
    if let Value::Object(own) = &mail.variables.0 {
        values.extend(own.clone());
    }
    let rendered = render(mail.kind, mail.locale, mail.format, &values, seller.locale)?;
    if let Some(undefined) = &rendered.undefined {
        tracing::warn!(mail = %mail.id, kind = %mail.kind, %undefined, "a mail lacks a variable");
    }
    Ok(rendered)
}

/// The variables that every kind has; what is not known is empty.
pub fn common(mail: &MailRow, seller: &SellerRow, addressee: Option<&Addressee>) -> Map<String, Value> {
    let client = addressee.and_then(|person| person.client.as_ref());
    let written = mail.created_at.utc().with_timezone(&seller.time_zone.tz()).format("%Y-%m-%d %H:%M").to_string();
    let person = |part: fn(&Addressee) -> &str| addressee.map_or("", part);
    let values = json!({
        "companyName": seller.company,
        "companyURL": seller.website,
        "companyAddress1": seller.address_line1,
        "companyAddress2": seller.address_line2,
        "companyCity": seller.city,
        "companyState": seller.state,
        "companyZip": seller.postal_code,
        "contactFirstName": person(|person| &person.first_name),
        "contactLastName": person(|person| &person.last_name),
        "clientCompany": client.map_or("", |client| &client.company),
        "contactAddress1": client.map_or("", |client| &client.address_line1),
        "contactAddress2": client.map_or("", |client| &client.address_line2),
        "contactCity": client.map_or("", |client| &client.city),
        "contactState": client.map_or("", |client| &client.state),
        "contactZip": client.map_or("", |client| &client.postal_code),
        "currentDateTime": written,
    });
    match values {
        Value::Object(values) => values,
        _ => Map::new(),
    }
}
