//! `comptoir backup` and `comptoir restore`: a house as one file. The copy is taken while the server works and is consistent
//! in itself; it is put in place as a whole or not at all. SQLite writes the copy of its database itself, PostgreSQL's own
//! tools do it there, and their versions are theirs to reconcile.

mod archive;
mod make;
mod postgres;
mod restore;

pub use make::Backup;
pub use restore::Restore;
