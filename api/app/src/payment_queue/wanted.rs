//! What a run takes up: what the seller has settled, or what somebody wants this once.

use chrono::NaiveDate;
use comptoir_db::invoices::Owed;
use comptoir_domain::ClientId;
use comptoir_domain::collection::{CollectionAction, Terms};
use comptoir_domain::settings::CollectionSettings;

/// A run, all questions answered.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which invoices, and after which refusals.
    pub terms: Terms,
    /// Only those of these clients, if any are named.
    pub clients: Option<Vec<ClientId>>,
    /// So many invoices at most, if there is a limit.
    pub most: Option<u32>,
    /// Whether no more than what was refused is tried after it, or nothing at all.
    pub smaller_amounts: bool,
    /// Whether shares of several methods count.
    pub several_methods: bool,
    /// Whether the money is taken or reserved.
    pub action: CollectionAction,
    /// Whether a person wants it, who need not mind what was refused today.
    pub by_hand: bool,
}

impl Wanted {
    /// What the recurring run takes up on a day.
    pub fn usual(settings: &CollectionSettings, today: NaiveDate) -> Self {
        Self {
            terms: settings.terms(today),
            clients: None,
            most: None,
            smaller_amounts: settings.smaller_amounts,
            several_methods: settings.several_methods,
            action: settings.action,
            by_hand: false,
        }
    }

    /// The unpaid invoices among which it chooses.
    pub fn owed(&self) -> Owed {
        Owed { due_by: self.terms.due_by, clients: self.clients.clone() }
    }
}
