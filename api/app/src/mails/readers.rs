//! Who reads a mail that the seller decides about: those whom it has chosen (INV-04, SUB-12), each address once.

use comptoir_db::contacts::ContactRow;
use comptoir_domain::Locale;
use comptoir_domain::people::MailFormat;
use comptoir_domain::usage::Recipients;

/// Somebody who is written to.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Where.
    pub address: &'a str,
    /// How he likes mail.
    pub format: MailFormat,
    /// His language, if more than an address is known.
    pub locale: Option<Locale>,
}

impl<'a> Reader<'a> {
    /// Whoever reads what is sent to an address.
    pub fn at(address: &'a str) -> Self {
        Self { address, format: MailFormat::default(), locale: None }
    }
}

impl<'a> From<&'a ContactRow> for Reader<'a> {
    fn from(contact: &'a ContactRow) -> Self {
        Self { address: &contact.email, format: contact.mail_format, locale: Some(contact.locale) }
    }
}

/// Those who have been chosen for what is about a client, whose primary contact and other contacts are these.
pub fn readers<'a>(
    chosen: &'a Recipients,
    primary: Option<&'a ContactRow>,
    contacts: &'a [ContactRow],
    seller: &'a str,
) -> Vec<Reader<'a>> {
    let mut readers = Vec::with_capacity(1);
    let primary = primary.filter(|_| chosen.client);
    let contacts = contacts.iter().filter(|_| chosen.contacts);
    primary.into_iter().chain(contacts).for_each(|contact| add(&mut readers, contact.into()));
    let seller = chosen.seller.then_some(seller);
    let addresses = chosen.addresses.iter().map(String::as_str);
    seller.into_iter().chain(addresses).for_each(|address| add(&mut readers, Reader::at(address)));
    readers
}

/// Adds a reader, unless its address is there.
pub fn add<'a>(readers: &mut Vec<Reader<'a>>, reader: Reader<'a>) {
    if readers.iter().all(|known| known.address != reader.address) {
        readers.push(reader);
    }
}
