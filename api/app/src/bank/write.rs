//! The file of a batch: everything that its format wants, gathered from the debits, and written.

use crate::bank::account::BankAccount;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use comptoir_connectors::bank::{Address, Amendment, Batch, Creditor, Debit as Order, Payer, SignedMandate};
use comptoir_connectors::payment::Debits;
use comptoir_connectors::payment::debit::fill;
use comptoir_db::bank::debits::{Debit, DebitRow};
use comptoir_db::bank::mandates::MandateRow;
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome, invoices, stores};
use comptoir_domain::bank::{Bic, DebitPlugin, Iban, sepa};
use comptoir_domain::{Code, InvoiceId, Problem};
use std::collections::HashMap;

/// Where the money goes.
pub struct Recipient {
    /// The account.
    pub account: Iban,
    /// Its bank.
    pub bic: Option<Bic>,
}

/// A debit that can be written: its account is known, and its mandate can be used.
pub struct Writable {
    /// The debit and its payment.
    pub debit: Debit,
    /// The account.
    pub account: BankAccount,
    /// The mandate, where one is needed.
    pub mandate: Option<MandateRow>,
    /// What has changed about the mandate, if this is the collection that tells of it.
    pub amendment: Option<Amendment>,
}

/// Makes the batch as writers take it. The sequence of each debit is settled.
pub fn batch(
    db: &mut Db,
    ctx: &Ctx,
    debits: &dyn Debits,
    name: &str,
    recipient: Recipient,
    all: &[Writable],
) -> Outcome<Batch> {
    let clients: Vec<_> = all.iter().filter_map(|one| one.debit.1.client_id).collect();
    let parties = Parties::load(db, ctx, &clients)?;
    let ids: Vec<InvoiceId> = all.iter().filter_map(|one| one.debit.1.invoice_id).collect();
    let documents = invoices::find_many(db, ctx.scope, &ids)?;
    let numbers: HashMap<InvoiceId, String> =
        documents.into_iter().map(|row| (row.id, row.number.unwrap_or_default())).collect();
    let seller = comptoir_db::sellers::own(db, ctx.scope)?;
    let store = stores::default_store(db, ctx.scope)?;
    let house = [("seller", seller.company.as_str()), ("store", store.name.as_str())];
    let mut orders = Vec::new();
    for one in all {
        let (client, contact) = parties.buyer(one.debit.1.client()?)?;
        let invoice = one.debit.1.invoice_id.and_then(|id| numbers.get(&id)).map(String::as_str).unwrap_or_default();
        orders.push(order(debits, one, (client, contact), invoice, house)?);
    }
    let creditor = Creditor {
        name: debits.creditor_name().into(),
        account: recipient.account,
        bic: recipient.bic,
        address: None,
        on_behalf_of: None,
    };
    Ok(Batch { id: name.into(), created: ctx.now.local_in(ctx.zone), creditor, debits: orders })
}

fn order(
    debits: &dyn Debits,
    one: &Writable,
    (client, contact): (&ClientRow, &ContactRow),
    invoice: &str,
    house: [(&str, &str); 2],
) -> Result<Order, Problem> {
    let Writable { debit: (row, payment), account, mandate, amendment } = one;
    let address = address(client);
    let abroad = !sepa::is_eea(account.iban.country());
    let wants_address = abroad || debits.plugin() == DebitPlugin::Norma19;
    Ok(Order {
        end_to_end_id: payment.reference.clone(),
        amount: payment.amount(),
        collection_date: row.collect_on,
        payer: Payer {
            name: account.holder.clone(),
            number: number(debits.plugin(), client, row),
            address: wants_address.then_some(address),
        },
        account: account.iban.clone(),
        bic: account.bic.clone(),
        mandate: mandate.as_ref().map(|mandate| signed(mandate, row, amendment.clone())).transpose()?,
        texts: texts(debits, row, payment, (client, contact), invoice, house),
        reference: None,
    })
}

/// Norma 19 knows an account of a client by twelve characters, always the same; DTAUS takes the client's number.
fn number(plugin: DebitPlugin, client: &ClientRow, row: &DebitRow) -> Option<String> {
    match plugin {
        DebitPlugin::SepaDebit => None,
        DebitPlugin::Norma19 => Some(account_code(row)),
        DebitPlugin::Dtaus => Some(client.number.to_string()),
    }
}

/// The last twelve characters of the id of the stored account.
pub fn account_code(row: &DebitRow) -> String {
    let id = row.payment_method_id.to_string();
    id.chars().skip(id.chars().count().saturating_sub(12)).collect::<String>().to_uppercase()
}

fn signed(mandate: &MandateRow, row: &DebitRow, amendment: Option<Amendment>) -> Result<SignedMandate, Problem> {
    let missing = || Problem::new(Code::Internal, "a debit under a mandate without a sequence");
    Ok(SignedMandate {
        reference: mandate.reference.clone(),
        signed_on: mandate.signed_on,
        sequence: row.sequence.ok_or_else(missing)?,
        amendment,
    })
}

fn address(client: &ClientRow) -> Address {
    let some = |text: &str| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    Address {
        street: some(&format!("{} {}", client.address_line1, client.address_line2)),
        building: None,
        postal_code: some(&client.postal_code),
        town: client.city.clone(),
        country: client.country,
    }
}

/// What the payer reads, with the variables of the guide filled in.
fn texts(
    debits: &dyn Debits,
    row: &DebitRow,
    payment: &TransactionRow,
    (client, contact): (&ClientRow, &ContactRow),
    invoice: &str,
    house: [(&str, &str); 2],
) -> Vec<String> {
    let person = format!("{} {}", contact.first_name, contact.last_name);
    let address = format!("{} {}", client.address_line1, client.address_line2);
    let (number, amount) = (client.number.to_string(), payment.amount().to_string());
    let (country, due_on) = (client.country.to_string(), row.collect_on.to_string());
    // the first invoice of an order has no number before it is paid
    let invoice = if invoice.is_empty() { payment.reference.as_str() } else { invoice };
    let mut variables = vec![
        ("invoice", invoice),
        ("company", client.company.as_str()),
        ("name", person.trim()),
        ("client", number.as_str()),
        ("amount", amount.as_str()),
        ("address", address.trim()),
        ("city", client.city.as_str()),
        ("postal_code", client.postal_code.as_str()),
        ("country", country.as_str()),
        ("email", contact.email.as_str()),
        ("phone", contact.phone.as_str()),
        ("vat_number", client.vat_number.as_str()),
        ("due_on", due_on.as_str()),
        ("reference", payment.reference.as_str()),
    ];
    variables.extend(house);
    let filled = debits.texts().into_iter().map(|text| fill(&text, &variables));
    let (mut left, each) = room(debits.plugin());
    let cut = |text: String| {
        let text: String = text.chars().take(each.min(left)).collect();
        // a blank stands between two
        left = left.saturating_sub(text.chars().count() + 1);
        text
    };
    filled.map(cut).collect()
}

/// How many characters all texts together and each of them may have, so that a long address holds up no file.
const fn room(plugin: DebitPlugin) -> (usize, usize) {
    match plugin {
        DebitPlugin::SepaDebit => (140, 140),
        DebitPlugin::Norma19 => (usize::MAX, 40),
        // fourteen lines of 27: one for the reference, three for each text
        DebitPlugin::Dtaus => (usize::MAX, 81),
    }
}
