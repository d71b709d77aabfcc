//! The files of the format pages, in both directions, and what is refused.

mod read_back;
mod readers;
mod samples;
mod story;
mod writers;

/// A file of `fixtures/`.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/", $name)).as_slice()
    };
}
pub(super) use fixture;

use super::*;
use comptoir_domain::Problem;
use comptoir_domain::bank::BankReply;

/// The only statement, report or file of returns that a file holds.
fn only(bytes: &[u8]) -> BankReply {
    let mut replies = read_reply(bytes).unwrap();
    assert_eq!(replies.len(), 1);
    replies.remove(0)
}

/// Places and codes of a refusal.
fn places(problem: Problem) -> Vec<(String, &'static str)> {
    problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
}
