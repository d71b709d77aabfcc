//! Who sells and who buys, as it is printed on a document.

use crate::addresses::{Address, Addressed};
use crate::invoices::draft::NewInvoice;
use crate::kernel::call::Ctx;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::contacts::{self, ContactRow};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::{ClientId, Locale};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Who is billed, as of the day of issue.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct BuyerView {
    /// The number that people use.
    pub number: i64,
    /// The company's name, or the person's.
    pub name: String,
    /// The person to turn to.
    pub contact: String,
    /// Where mail goes.
    pub email: String,
    /// The VAT number; empty for none.
    pub vat_number: String,
    /// Why no taxes are charged; empty for one who is not exempt.
    #[serde(default)]
    pub tax_exemption: String,
    /// Where it lives.
    pub address: Address,
    /// In which language it reads.
    pub locale: Locale,
}

impl BuyerView {
    /// A client and its primary contact.
    pub fn new(client: &ClientRow, contact: &ContactRow) -> Self {
        let person = format!("{} {}", contact.first_name, contact.last_name).trim().to_string();
        Self {
            number: client.number,
            name: if client.company.is_empty() { person.clone() } else { client.company.clone() },
            contact: person,
            email: contact.email.clone(),
            vat_number: client.vat_number.clone(),
            tax_exemption: client.tax_exemption.clone(),
            address: client.address(),
            locale: client.locale,
        }
    }

    /// As it is stored.
    pub fn value(&self) -> Outcome<Value> {
        serde_json::to_value(self).map_err(|error| Failure::Corrupt(error.to_string()))
    }
}

/// Who sold, as it was on the day of issue.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SellerPartyView {
    /// The company's name.
    pub company: String,
    /// Where it is.
    pub address: Address,
    /// The VAT number; empty for none.
    pub vat_number: String,
    /// Its address for mail.
    pub email: String,
    /// Its telephone number; empty for none.
    pub phone: String,
    /// Its web site; empty for none.
    pub website: String,
}

impl SellerPartyView {
    /// As a document has frozen it.
    pub fn frozen(document: &str) -> Outcome<Self> {
        #[derive(serde::Deserialize)]
        struct Form {
            seller: SellerPartyView,
        }
        let form: Form = serde_json::from_str(document)
            .map_err(|error| Failure::Corrupt(format!("the seller of a frozen document: {error}")))?;
        Ok(form.seller)
    }
}

/// The parties of some documents.
pub struct Parties {
    /// Who sells.
    pub seller: SellerRow,
    buyers: HashMap<ClientId, (ClientRow, ContactRow)>,
}

impl Parties {
    /// Reads the seller and the clients with their primary contacts.
    pub fn load(db: &mut Db, ctx: &Ctx, ids: &[ClientId]) -> Outcome<Self> {
        let clients = clients::some(db, ctx.scope, ids)?;
        Self::with(db, ctx, clients)
    }

    /// Those of some invoices, with the clients as the invoices have them.
    pub fn of(db: &mut Db, ctx: &Ctx, wanted: &[NewInvoice]) -> Outcome<Self> {
        let clients: BTreeMap<ClientId, &ClientRow> = wanted.iter().map(|one| (one.client.id, &one.client)).collect();
        Self::with(db, ctx, clients.into_values().cloned().collect())
    }

    fn with(db: &mut Db, ctx: &Ctx, clients: Vec<ClientRow>) -> Outcome<Self> {
        let seller = sellers::own(db, ctx.scope)?;
        let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
        let primaries = contacts::primary_of(db, ctx.scope, &ids)?;
        let mut primaries: HashMap<_, _> = primaries.into_iter().map(|row| (row.client_id, row)).collect();
        let buyers = clients.into_iter();
        let buyers = buyers.filter_map(|row| primaries.remove(&row.id).map(|contact| (row.id, (row, contact))));
        Ok(Self { seller, buyers: buyers.collect() })
    }

    /// A client and its primary contact.
    pub fn buyer(&self, id: ClientId) -> Outcome<(&ClientRow, &ContactRow)> {
        let found = self.buyers.get(&id).map(|(client, contact)| (client, contact));
        found.ok_or_else(|| Failure::Corrupt(format!("{id} has no primary contact")))
    }

    /// The seller as it stands on a document.
    pub fn seller_value(&self) -> Value {
        let seller = &self.seller;
        json!({
            "company": seller.company, "address": seller.address(), "vat_number": seller.vat_number,
            "email": seller.email, "phone": seller.phone, "website": seller.website,
        })
    }
}
