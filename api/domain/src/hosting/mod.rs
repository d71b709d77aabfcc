//! What a hosting account may have and do: about 120 properties (disk space, mailboxes, permissions, PHP settings…),
//! the same for plans, add-ons, subscriptions and a reseller's own allotment.
//!
//! The table stands in `data/hosting-properties.csv`; everything here reads it: which values are right
//! ([`Properties::parse`]), how add-ons change a plan ([`merge`]), who sees what ([`sight`]), whether a server delivers
//! what was sold ([`differences`]), what a reseller may pass on ([`allotment`]) and which PHP setting wins ([`php`]).

pub mod allotment;
mod merge;
pub mod php;
mod properties;
mod schema;
mod sync;
mod table;
mod value;
mod visibility;

pub use merge::merge;
pub use properties::{Bearer, Properties};
pub use sync::{Conflict, SyncState, accept, differences, sync_state};
pub use table::{
    AddOnRule, Choice, Platform, Property, PropertyGroup, PropertyKind, Requirement, ResellerUse, properties, property,
};
pub use value::{MOST, Value};
pub use visibility::{Sight, Viewer, sight};
