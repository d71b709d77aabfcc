//! Faults: many at once, two houses on one database, the server killed, the disk lost. Whatever happens, the books come to the same.

pub mod books;
mod chaos;
mod checkouts;
mod instances;
mod kills;
mod late;
pub mod population;
mod reencryption;
mod rehearsals;
mod restore;
mod writers;
