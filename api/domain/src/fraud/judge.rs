//! The rules of the house itself, which ask nobody: lists first, then signs that are weighed.

use super::disposable::is_disposable;
use super::entry::{FraudEntry, FraudEntryKind, FraudList, candidates};
use super::facts::FraudFacts;
use super::policy::FraudPolicy;
use super::rule::{FraudFinding, FraudRule};
use crate::taxes::calling_country;
use crate::{Country, FraudScore};

/// What the lists and the history of a client say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// On the list of those allowed, which goes before the other one.
    Allowed,
    /// On the list of those denied.
    Denied,
    /// A client that has paid often enough: nobody else is asked.
    Known,
    /// None of these.
    Open,
}

/// What the rules have found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// Which way it goes.
    pub standing: Standing,
    /// What the signs add up to, at most 100.
    pub score: FraudScore,
    /// Whether the client has ever paid anything here.
    pub has_paid: bool,
    /// What was found.
    pub findings: Vec<FraudFinding>,
}

impl Judged {
    /// Whether a scorer could change the decision.
    pub fn is_open(&self, policy: &FraudPolicy) -> bool {
        self.standing == Standing::Open && self.score <= policy.decline_above
    }
}

/// Looks at an order, and at those entries of the seller's lists that may be about it.
pub fn judge(policy: &FraudPolicy, facts: &FraudFacts, entries: &[FraudEntry]) -> Judged {
    let listed = |list: FraudList| {
        let candidates = candidates(facts);
        let is_about =
            |entry: &&FraudEntry| candidates.iter().any(|(kind, value)| (*kind, value) == (entry.kind, &entry.value));
        entries.iter().filter(|entry| entry.list == list).find(is_about)
    };
    let mut findings = Vec::new();
    let standing = match (listed(FraudList::Allow), listed(FraudList::Deny)) {
        (Some(entry), _) => {
            findings.push(on_list(FraudRule::Allowed, entry));
            Standing::Allowed
        }
        (None, Some(entry)) => {
            findings.push(on_list(FraudRule::Denied, entry));
            Standing::Denied
        }
        (None, None) if policy.known_after.is_some_and(|count| facts.paid_invoices >= u32::from(count)) => {
            let detail = format!("The client has paid {} invoices.", facts.paid_invoices);
            findings.push(FraudFinding::note(FraudRule::KnownClient, detail));
            Standing::Known
        }
        (None, None) => Standing::Open,
    };
    let mut total: u32 = 0;
    for (rule, detail) in signs(policy, facts) {
        let points = u32::from(policy.weight(rule));
        if points > 0 {
            total = total.saturating_add(points);
            findings.push(FraudFinding { rule, points: FraudScore::from(points), detail });
        }
    }
    let score = FraudScore::from(total.min(100));
    Judged { standing, score, has_paid: facts.paid_invoices > 0, findings }
}

/// Whose address it was is forgotten one day, so no finding says it.
fn on_list(rule: FraudRule, entry: &FraudEntry) -> FraudFinding {
    let what = match entry.kind {
        FraudEntryKind::Mail => "mail address".into(),
        FraudEntryKind::Address => "IP address".into(),
        FraudEntryKind::Phone => "telephone number".into(),
        FraudEntryKind::MailDomain => format!("mail domain {}", entry.value),
        FraudEntryKind::Country => format!("country {}", entry.value),
        FraudEntryKind::Bin => format!("card beginning with {}", entry.value),
    };
    FraudFinding::note(rule, format!("The {what} is on your list."))
}

/// The signs that an order shows, each with a sentence.
fn signs(policy: &FraudPolicy, facts: &FraudFacts) -> Vec<(FraudRule, String)> {
    let mut found = velocity(policy, facts);
    found.extend(places(facts));
    let mut add = |rule, shows: bool, detail: &dyn Fn() -> String| {
        if shows {
            found.push((rule, detail()));
        }
    };
    add(FraudRule::NewClient, facts.paid_invoices == 0, &|| "The client has never paid anything here.".into());
    add(FraudRule::AnonymousProxy, facts.is_anonymous == Some(true), &|| {
        "The IP address hides who is behind it.".into()
    });
    let domain = facts.mail_domain();
    let is_thrown_away = facts.is_mail_disposable == Some(true) || is_disposable(&domain);
    add(FraudRule::DisposableMail, is_thrown_away, &|| format!("Mail boxes of {domain} are thrown away after use."));
    add(FraudRule::MissingPhone, facts.phone.trim().is_empty(), &|| "There is no telephone number.".into());
    let usual = policy.high_amounts.iter().find(|usual| usual.currency() == facts.amount.currency());
    if let Some(usual) = usual.filter(|usual| facts.amount.minor() > usual.minor()) {
        add(FraudRule::HighAmount, true, &|| format!("{} is more than {usual}.", facts.amount));
    }
    let word = |name: &String| policy.words.iter().find(|word| name.contains(&word.to_lowercase()));
    if let Some((name, word)) = facts.domains.iter().find_map(|name| Some((name, word(name)?))) {
        add(FraudRule::SuspiciousName, true, &|| format!("The name {name} has {word} in it."));
    }
    found
}

/// What comes too fast.
fn velocity(policy: &FraudPolicy, facts: &FraudFacts) -> Vec<(FraudRule, String)> {
    let counted = [
        (
            FraudRule::ManyOrdersOfAddress,
            facts.orders_of_address,
            policy.orders_of_address,
            "orders from this IP address",
        ),
        (FraudRule::ManyOrdersOfMail, facts.orders_of_mail, policy.orders_of_mail, "orders with this mail address"),
        (FraudRule::ManyOrdersOfClient, facts.orders_of_client, policy.orders_of_client, "orders of this client"),
        (FraudRule::ManyCardsOfClient, facts.cards_of_client, policy.cards_of_client, "payment methods of this client"),
    ];
    let many = counted.into_iter().filter(|(_, count, limit, _)| *count > u32::from(*limit));
    many.map(|(rule, count, _, what)| (rule, format!("{count} {what} within 24 hours."))).collect()
}

/// What is from elsewhere than the invoice goes to.
fn places(facts: &FraudFacts) -> Vec<(FraudRule, String)> {
    let home = facts.billing_country;
    let pieces: [(FraudRule, Option<Country>, &str); 3] = [
        (FraudRule::AddressAbroad, facts.ip_country, "The IP address is in"),
        (FraudRule::CardAbroad, facts.card_country, "The card is from"),
        (FraudRule::PhoneAbroad, calling_country(&facts.phone), "The telephone number is of"),
    ];
    let abroad =
        pieces.into_iter().filter_map(|(rule, country, what)| Some((rule, country.filter(|it| *it != home)?, what)));
    abroad.map(|(rule, country, what)| (rule, format!("{what} {country}, the invoice goes to {home}."))).collect()
}
