//! The port to whoever says how likely an order is a fraud, and is told later what it was. Asking changes nothing, so a question
//! may be repeated; that one of a live order is asked again costs a query and no more.
//!
//! Nobody outside gets the number of a card: what can be told of one is a [`Bin`] and its end.

#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod fake;
pub mod minfraud;
pub mod registry;

use crate::error::Result;
use async_trait::async_trait;
use comptoir_domain::fraud::{Bin, FraudTag, Scored};
use comptoir_domain::{Country, Instant, Money};
use core::net::IpAddr;

/// Scores orders.
#[async_trait]
pub trait FraudScreen: Send + Sync {
    /// How likely an order is a fraud.
    async fn score(&self, asked: &Question) -> Result<Scored>;

    /// Tells what an order turned out to be.
    async fn report(&self, report: &Report) -> Result<()>;

    /// Asks about nothing in particular, to see whether we are known; how many questions are paid for, if that is told.
    async fn probe(&self) -> Result<Option<u64>>;
}

/// An order that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Our name of the order: the same question has the same.
    pub transaction: String,
    /// Our name of the store.
    pub shop: String,
    /// Our name of the client.
    pub account: String,
    /// When it was placed.
    pub at: Instant,
    /// Where from.
    pub ip: Option<IpAddr>,
    /// The mail address.
    pub mail: String,
    /// Where the invoice goes.
    pub billing: Billing,
    /// By which connector it is to be paid.
    pub gateway: String,
    /// What is known of the card.
    pub card: Option<CardFacts>,
    /// What is to be paid.
    pub amount: Money,
    /// The code of the coupon that was used.
    pub coupon: Option<String>,
    /// What is bought.
    pub cart: Vec<CartLine>,
    /// The domain name that is ordered or used.
    pub domain: Option<String>,
    /// For how many days the client has been one.
    pub account_days: u32,
}

/// Who gets the invoice; empty texts are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    /// The first name of the person.
    pub first_name: String,
    /// Its last name.
    pub last_name: String,
    /// Its company.
    pub company: String,
    /// Street and number.
    pub line1: String,
    /// More of it.
    pub line2: String,
    /// The town.
    pub city: String,
    /// The state or the like.
    pub region: String,
    /// The country.
    pub country: Country,
    /// The postal code.
    pub postal_code: String,
    /// The telephone number.
    pub phone: String,
}

/// What may be told of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFacts {
    /// Which bank's.
    pub bin: Option<Bin>,
    /// The last two or four digits.
    pub last_digits: Option<String>,
    /// Where it is from.
    pub country: Option<Country>,
}

/// A thing that is bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// What kind of thing.
    pub category: String,
    /// Our name of it.
    pub item: String,
}

/// What an order turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What.
    pub tag: FraudTag,
    /// By what name the scorer knows its answer.
    pub scored: String,
    /// For people.
    pub notes: String,
}
