//! Who pays what with which stored method: for those who have to know that it will not work any more.

use crate::kernel::call::Ctx;
use comptoir_db::contacts::ContactRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, clients, contacts, payment_shares, subscriptions};
use comptoir_domain::card_expiry::pays;
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::{ClientId, PaymentMethodId, Percent, SubscriptionId};
use std::collections::{BTreeSet, HashMap};

/// Some clients that are still with us, and what they pay for.
pub struct Payers {
    owners: HashMap<ClientId, ContactRow>,
    contracts: Vec<SubscriptionRow>,
    shares: HashMap<SubscriptionId, Vec<(PaymentMethodId, Percent)>>,
}

impl Payers {
    /// Those of some clients.
    pub fn load(db: &mut Db, ctx: &Ctx, ids: impl Iterator<Item = ClientId>) -> Outcome<Self> {
        let known = clients::some(db, ctx.scope, &Vec::from_iter(BTreeSet::from_iter(ids)))?;
        let open = |status| matches!(status, ClientStatus::Active | ClientStatus::Suspended);
        let open: Vec<ClientId> =
            known.iter().filter(|row| row.archived_at.is_none() && open(row.status)).map(|row| row.id).collect();
        let owners = contacts::primary_of(db, ctx.scope, &open)?;
        let owners = owners.into_iter().map(|row| (row.client_id, row)).collect();
        let contracts = subscriptions::live_of_clients(db, ctx.scope, &open)?;
        let contracts: Vec<_> = contracts.into_iter().filter(|row| !row.status.is_over()).collect();
        let mut shares: HashMap<SubscriptionId, Vec<(PaymentMethodId, Percent)>> = HashMap::new();
        let about: Vec<SubscriptionId> = contracts.iter().map(|row| row.id).collect();
        for row in payment_shares::of_subscriptions(db, ctx.scope, &about)? {
            shares.entry(row.subscription_id).or_default().push((row.payment_method_id, row.share));
        }
        Ok(Self { owners, contracts, shares })
    }

    /// Who is written to for a client that is still with us.
    pub fn owner(&self, client: ClientId) -> Option<&ContactRow> {
        self.owners.get(&client)
    }

    /// The subscriptions that are paid with a method.
    pub fn pay_with(&self, method: &PaymentMethodRow) -> Vec<SubscriptionRow> {
        let charged = |row: &&SubscriptionRow| {
            let shared = self.shares.get(&row.id).map_or(&[][..], Vec::as_slice);
            row.client_id == method.client_id && pays(&method.id, method.is_default, shared)
        };
        self.contracts.iter().filter(charged).cloned().collect()
    }
}

/// Subscriptions as a to-do names them.
pub fn names(contracts: &[SubscriptionRow]) -> String {
    let names: Vec<_> = contracts.iter().map(|row| format!("{} ({})", row.name, row.number)).collect();
    names.join(", ")
}
