//! Foreign bytes: whatever gateways, banks, tax offices and mail servers may send, whole, damaged or made up, is read or refused.
//! No reader panics; none takes more than a second of the processor for one input, or memory without end; the same input
//! gives the same answer; and no callback that was changed after it was signed is taken for genuine.
//!
//! Each test is one reader, in the same way: what it gets is a genuine input with changes ([`change`]) that follow from a seed,
//! and [`hold`] watches over it. `COMPTOIR_TEST_SEED` repeats a run, `PROPTEST_CASES` makes it longer (256 is the usual
//! length), and with `COMPTOIR_TEST_LONG` the seed is a new one:
//!
//! ```text
//! PROPTEST_CASES=100000 cargo test -p comptoir-connectors --test fuzz bank
//! ```
//!
//! The input that a reader is at stands in `target/fuzz/<reader>`, also after a crash.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod answers;
mod archives;
mod callbacks;
mod change;
mod files;
mod garbled;
mod gateways;
mod hold;
mod house;
mod imports;
mod services;
mod texts;
