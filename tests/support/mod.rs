//! What all tests use.

pub mod actor;
pub mod browser;
pub mod chance;
pub mod contract;
pub mod database;
pub mod house;
pub mod nginx;
pub mod server;
pub mod site;
pub mod story;
pub mod vies;
pub mod world;

pub use actor::{Actor, Answer};
pub use database::Backend;
pub use world::World;

/// Writes a test twice, once for each database.
macro_rules! both {
    ($($(#[$meta:meta])* fn $name:ident($world:ident) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "not each of them needs one")]
            use super::*;
            fn story($world: &$crate::support::World) $body

            $(#[$meta])*
            #[test]
            fn on_sqlite() { story(&$crate::support::World::open($crate::support::Backend::Sqlite)) }

            $(#[$meta])*
            #[test]
            fn on_postgres() { story(&$crate::support::World::open($crate::support::Backend::Postgres)) }
        }
    )+ };
}
