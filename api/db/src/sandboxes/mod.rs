//! Sandboxes (EVT-06): what the live database knows of them ([`rows`]), and the databases of their own: where they lie
//! ([`place`]), which tables are copied into them ([`tables`]), the copying ([`copy`]), and what is compared ([`documents`]).

pub mod copy;
pub mod documents;
pub mod place;
mod rows;
pub mod tables;

pub use copy::copy;
pub use place::Place;
pub use rows::*;
