//! One test binary: everything here runs against a real server on a real socket, on SQLite and on PostgreSQL.
//!
//! `support/` has the server, the actors and the checks that every answer passes; `api/` has one file per capability;
//! `stories/` let time pass; `histories/` are what many clients do by chance; `faults/` lets things go wrong;
//! `pains/` holds what has gone wrong elsewhere;
//! `contract/` holds the API document to its word.

#[macro_use]
mod support;
mod api;
mod contract;
mod faults;
mod histories;
mod pains;
mod stories;

/// What the program itself has: a tenth of the time of these tests goes into small things that are made and dropped.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
