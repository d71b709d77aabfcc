//! By whom invoices may be paid: the accounts and the names of clients who owe just what came in. Accounts are opened only if
//! what may be shown of them is that of an account from which money came.

use crate::bank::account::BankAccount;
use crate::encryption::{Held, Keyring};
use crate::kernel::call::Ctx;
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, clients, contacts, payment_methods};
use comptoir_domain::bank::{Iban, ReplyEntry};
use comptoir_domain::{ClientId, Money};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Accounts and names by client; of most clients nothing.
#[derive(Default)]
pub struct Payers {
    accounts: HashMap<ClientId, Vec<Iban>>,
    names: HashMap<ClientId, Vec<String>>,
}

impl Payers {
    /// Of the clients with an invoice of just an amount that came in.
    pub fn of(
        db: &mut Db,
        ctx: &Ctx,
        keyring: &Keyring,
        incoming: &[&ReplyEntry],
        waiting: &[InvoiceRow],
    ) -> Outcome<Self> {
        let amounts: HashSet<Money> = incoming.iter().filter_map(|entry| entry.amount).collect();
        let owing = waiting.iter().filter(|row| row.number.is_some() && amounts.contains(&row.payable()));
        let owing: BTreeSet<ClientId> = owing.map(|row| row.client_id).collect();
        let labels = incoming.iter().filter_map(|entry| entry.payer_account.as_ref()).map(|account| account.masked());
        let ends: HashSet<String> = labels.filter_map(|label| end(&label).map(str::to_owned)).collect();
        let mut payers = Self::default();
        for some in Vec::from_iter(owing).chunks(500) {
            payers.add_names(db, ctx, some)?;
            if !ends.is_empty() {
                let methods = payment_methods::of_clients(db, ctx.scope, some)?;
                let alike = |method: &PaymentMethodRow| end(&method.label).is_some_and(|end| ends.contains(end));
                payers.add_accounts(db, ctx, keyring, methods.into_iter().filter(alike).collect())?;
            }
        }
        Ok(payers)
    }

    fn add_names(&mut self, db: &mut Db, ctx: &Ctx, some: &[ClientId]) -> Outcome<()> {
        for client in clients::some(db, ctx.scope, some)? {
            self.names.entry(client.id).or_default().push(client.company);
        }
        for contact in contacts::primary_of(db, ctx.scope, some)? {
            let name = format!("{} {}", contact.first_name, contact.last_name);
            self.names.entry(contact.client_id).or_default().push(name);
        }
        Ok(())
    }

    /// What is locked or cannot be read is passed over.
    fn add_accounts(
        &mut self,
        db: &mut Db,
        ctx: &Ctx,
        keyring: &Keyring,
        methods: Vec<PaymentMethodRow>,
    ) -> Outcome<()> {
        if methods.is_empty() {
            return Ok(());
        }
        let keys = keyring.keys(db, ctx.scope, ctx.machine_now)?;
        for method in methods {
            let Held::Open(secret) = keys.look(&method) else { continue };
            let Some(account) = BankAccount::of_secret(&secret) else { continue };
            self.accounts.entry(method.client_id).or_default().push(account.iban);
            self.names.entry(method.client_id).or_default().push(account.holder);
        }
        Ok(())
    }

    /// The accounts and the names of a client.
    pub fn who_pays(&self, client: ClientId) -> (Vec<Iban>, Vec<String>) {
        let names = self.names.get(&client).cloned().unwrap_or_default();
        (self.accounts.get(&client).cloned().unwrap_or_default(), names)
    }
}

/// What the masked forms of an account have in common, whether it is named by its IBAN or as its country does; nothing of
/// what is masked as a whole.
fn end(label: &str) -> Option<&str> {
    label.split_once(' ').map(|(_, end)| end)
}
