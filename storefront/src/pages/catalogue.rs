//! The catalogue: home, plan, domains, legal texts, and messages.

use super::{Audience, Form, Page};
use crate::{
    outline,
    shop::Shop,
    site::{DomainOption, StoreAddOnGroup, StoreLegalText, StorePlan},
};
use comptoir_domain::{Locale, Money};
use serde::Serialize;

/// The landing page; everything on it comes from the site.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct HomePage {}

impl Page for HomePage {
    const TEMPLATE: &'static str = "home.html";
    fn path(&self) -> String {
        String::new()
    }
    fn audience(&self) -> Audience {
        Audience::Everyone
    }
    fn structured_data(&self, shop: &Shop, locale: Locale) -> Option<String> {
        Some(outline::organization(shop, locale))
    }
}

/// A plan with the choice of cycle and add-ons.
#[derive(Clone, Debug, Serialize)]
pub struct PlanPage<'a> {
    /// The plan.
    pub plan: &'a StorePlan,
    /// Its questions, with what the answers cost beside it.
    pub groups: Vec<StoreAddOnGroup>,
}

impl Page for PlanPage<'_> {
    const TEMPLATE: &'static str = "plan.html";
    fn path(&self) -> String {
        format!("plans/{}/", self.plan.slug)
    }
    fn audience(&self) -> Audience {
        Audience::Everyone
    }
    fn structured_data(&self, shop: &Shop, locale: Locale) -> Option<String> {
        Some(outline::product(shop, locale, self.plan))
    }
}

/// The domain step: a static page with prices, and the same page with the answers to a search.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DomainsPage {
    /// The cart line that needs a name; absent when names are bought alone.
    pub item: Option<String>,
    /// What is wanted.
    pub want: Option<DomainOption>,
    /// What was asked for.
    pub name: String,
    /// The answers; absent before a search.
    pub results: Option<Vec<DomainResult>>,
    /// What was wrong with the question (`name`).
    pub form: Form,
}

impl Page for DomainsPage {
    const TEMPLATE: &'static str = "domains.html";
    fn path(&self) -> String {
        "domains/".into()
    }
    fn audience(&self) -> Audience {
        let plain = self.item.is_none() && self.results.is_none() && self.form.errors.is_empty();
        if plain { Audience::Everyone } else { Audience::Shopper }
    }
}

/// What can be said about one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainResult {
    /// The name, as people read it.
    pub name: String,
    /// Whether the wish can be fulfilled.
    pub state: DomainState,
    /// What it would cost without the offer that lowers it.
    pub before: Option<Money>,
    /// What it costs now.
    pub price: Option<Money>,
    /// What each further period costs.
    pub renew: Option<Money>,
    /// The period in years.
    pub years: u8,
}

/// Whether a name can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainState {
    /// Free to register, or ready to move or to be used.
    Available,
    /// Someone has it (register), or nobody has it (transfer).
    Unavailable,
    /// The registry did not answer; the order is checked again.
    Unknown,
}

impl DomainState {
    /// Every state.
    pub const ALL: &'static [&'static str] = &["available", "unavailable", "unknown"];
}

/// Imprint, terms, privacy.
#[derive(Clone, Debug, Serialize)]
pub struct LegalPage<'a> {
    /// The text.
    pub text: &'a StoreLegalText,
}

impl Page for LegalPage<'_> {
    const TEMPLATE: &'static str = "legal.html";
    fn path(&self) -> String {
        format!("legal/{}/", self.text.slug)
    }
    fn audience(&self) -> Audience {
        Audience::Everyone
    }
}

/// A page that only says something.
#[derive(Clone, Debug, Serialize)]
pub struct MessagePage {
    /// What it says.
    pub kind: MessageKind,
    /// A number to quote when asking for help.
    pub reference: Option<String>,
}

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// 404.
    NotFound,
    /// 500.
    Error,
    /// 503.
    Busy,
    /// 403 or a form that lay too long.
    Expired,
    /// The store is closed.
    Suspended,
}

impl MessageKind {
    /// The word of each kind.
    pub const ALL: &'static [&'static str] = &["not_found", "error", "busy", "expired", "suspended"];
}

impl MessagePage {
    /// A message without a reference.
    pub fn new(kind: MessageKind) -> Self {
        Self { kind, reference: None }
    }
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "message.html";
    fn path(&self) -> String {
        String::new()
    }
}
