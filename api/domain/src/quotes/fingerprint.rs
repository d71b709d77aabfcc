//! A fingerprint of a quote: two carts with equal fingerprints show equal numbers.

use crate::{Code, Problem, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// SHA-256, in small hexadecimal, of the canonical JSON (RFC 8785) of a value, such as a cart and its `Priced`.
pub fn fingerprint(value: &impl Serialize) -> Result<String> {
    let canonical = serde_json_canonicalizer::to_vec(value)
        .map_err(|error| Problem::new(Code::Internal, format!("no canonical JSON: {error}")))?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(canonical)))
}
