//! Reads what a bank has answered, in whichever format it came, within limits.

use super::{iso20022, mt940, norma19};
use comptoir_domain::bank::BankReply;
use comptoir_domain::{Problem, Result};

/// Larger files are refused.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;

/// Files with more entries are refused.
const MOST_ENTRIES: usize = 100_000;

/// Reads a file: status reports (pain.002), statements (camt.053, MT940), notifications (camt.054) and Spanish returns, each
/// in any version. A file may hold several statements. `validation_failed` at `/file` says what is wrong with it; a statement
/// whose balances do not add up is refused whole.
pub fn read_reply(bytes: &[u8]) -> Result<Vec<BankReply>> {
    if bytes.len() > MOST_BYTES {
        return Err(refused("too_large", "at most 20 MB"));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if bytes.starts_with(b"<") {
        return iso20022::read(&decode_xml(bytes)?);
    }
    let text = decode_plain(bytes);
    if mt940::is_statement(&text) {
        return mt940::read(&text);
    }
    let text = norma19::returns::decode(bytes);
    if norma19::returns::is_returns(&text) {
        return norma19::returns::read(&text);
    }
    Err(refused("unknown_format", "expected pain.002, camt.053, camt.054, MT940 or returns of Norma 19"))
}

/// UTF-8, or one byte a letter where the file says so or cannot be anything else.
fn decode_xml(bytes: &[u8]) -> Result<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default().to_ascii_lowercase();
    let says = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    if says(b"iso-8859-1") || says(b"windows-1252") || says(b"iso-8859-15") {
        return Ok(latin1(bytes));
    }
    Err(refused("malformed", "the file is not in UTF-8"))
}

fn decode_plain(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// What is wrong with a file.
pub(super) fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::field("/file", code, detail)
}

/// A file that is not what it claims to be, and where.
pub(super) fn malformed(place: &str, what: &str) -> Problem {
    refused("malformed", format!("{place}: {what}"))
}

/// Counts the entries of a file.
pub(super) struct Limits {
    entries: usize,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self { entries: 0 }
    }

    /// One more.
    pub(super) fn entry(&mut self) -> Result<()> {
        self.entries = self.entries.saturating_add(1);
        if self.entries > MOST_ENTRIES { Err(refused("too_large", "at most 100000 entries")) } else { Ok(()) }
    }
}
