//! The mails that bring documents: to those whom the seller has chosen (INV-04), when they are issued and whenever someone
//! asks for them again. What they say is what was issued.

use crate::invoices::draft::Document;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::mails::readers::{Reader, readers};
use crate::mails::{About, Mail};
use comptoir_db::contacts::{self, ContactRow};
use comptoir_db::invoices::InvoiceLineRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::ClientId;
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::mails::MailKind;
use comptoir_domain::orders::first_invoice::without_days;
use comptoir_domain::usage::Recipients;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Who reads the documents of some clients.
pub struct Readers<'a> {
    parties: &'a Parties,
    chosen: &'a Recipients,
    contacts: HashMap<ClientId, Vec<ContactRow>>,
}

impl<'a> Readers<'a> {
    /// Those whom the seller has chosen. The contacts are read only if all of them get documents.
    pub fn load(
        db: &mut Db,
        ctx: &Ctx,
        parties: &'a Parties,
        chosen: &'a Recipients,
        clients: &[ClientId],
    ) -> Outcome<Self> {
        let mut contacts: HashMap<ClientId, Vec<ContactRow>> = HashMap::new();
        if chosen.contacts {
            for contact in contacts::of_clients(db, ctx.scope, clients)? {
                contacts.entry(contact.client_id).or_default().push(contact);
            }
        }
        Ok(Self { parties, chosen, contacts })
    }

    /// Those of a client, each address once.
    pub fn of(&self, client: ClientId) -> Outcome<Vec<Reader<'_>>> {
        let (_, primary) = self.parties.buyer(client)?;
        let contacts = self.contacts.get(&client).map_or(&[][..], Vec::as_slice);
        Ok(readers(self.chosen, Some(primary), contacts, &self.parties.seller.email))
    }

    /// The mails that announce a document to them.
    pub fn announce(&self, document: &Document) -> Outcome<Vec<(About, Mail<'_>)>> {
        let id = document.invoice.id;
        let (_, primary) = self.parties.buyer(document.invoice.client_id)?;
        let key = |kind: MailKind, address: &str| {
            if address == primary.email { format!("{kind}:{id}") } else { format!("{kind}:{id}:{address}") }
        };
        letters(self.parties, document, &self.of(document.invoice.client_id)?, key)
    }
}

/// A mail with a document for each reader, in the language of the document.
pub fn letters<'a>(
    parties: &Parties,
    document: &Document,
    readers: &[Reader<'a>],
    key: impl Fn(MailKind, &str) -> String,
) -> Outcome<Vec<(About, Mail<'a>)>> {
    if readers.is_empty() {
        return Ok(Vec::new());
    }
    let invoice = &document.invoice;
    let (client, _) = parties.buyer(invoice.client_id)?;
    let (kind, variables) = words(document);
    let letter = |reader: &Reader<'a>| {
        let mail = Mail {
            kind,
            unique_key: key(kind, reader.address),
            recipient: reader.address,
            locale: client.locale,
            format: reader.format,
            variables: variables.clone(),
        };
        (About::document(invoice.client_id, invoice.id), mail)
    };
    Ok(readers.iter().map(letter).collect())
}

/// What a mail with a document is, and its variables as the guide names them.
fn words(document: &Document) -> (MailKind, Value) {
    let invoice = &document.invoice;
    match invoice.kind {
        InvoiceKind::Invoice => (MailKind::Invoice, invoice_variables(document)),
        InvoiceKind::CreditNote => {
            let amount = invoice.money(invoice.gross_minor);
            let variables = json!({
                "creditNoteNumber": invoice.number, "creditNoteAmount": amount, "invoiceNumber": document.credits,
            });
            (MailKind::CreditNote, variables)
        }
    }
}

fn invoice_variables(document: &Document) -> Value {
    let invoice = &document.invoice;
    let line = |line: &InvoiceLineRow| {
        // the days are shown as the reader writes them, so they need not stand in the description too
        let period = line.period().filter(|period| !period.is_empty());
        let description = period.map_or(&*line.description, |period| without_days(&line.description, period));
        json!({
            "packageComments": "", "lineItemQuantity": line.quantity, "lineItemDescription": description,
            "lineItemPeriodStart": period.map(|period| period.from),
            "lineItemPeriodEnd": period.map(|period| period.to.pred_opt().unwrap_or(period.to)),
            "lineItemPriceAmount": line.unit_price, "lineItemDiscountAmount": invoice.money(line.discount_minor),
            "lineItemTaxAmount": invoice.money(line.tax_minor), "lineItemTotalAmount": invoice.money(line.gross_minor),
        })
    };
    json!({
        "invoiceNumber": invoice.number, "invoiceDateEntered": invoice.issued_on, "invoiceDateDue": invoice.due_on,
        "invoiceAmount": invoice.money(invoice.gross_minor), "invoiceComments": invoice.comment,
        "lineItems": document.lines.iter().map(line).collect::<Vec<_>>(),
    })
}
