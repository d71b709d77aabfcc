//! The frozen form of a document: canonical JSON (RFC 8785) and its SHA-256. Equal data, equal bytes.

use crate::problem::{Code, Problem, Result};
use sha2::{Digest, Sha256};

/// What is stored of an issued document and never changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// Sorted keys, no spaces.
    pub json: String,
    /// Of the JSON, 64 small hexadecimal digits.
    pub sha256: String,
}

impl Frozen {
    /// Freezes a value whose fields come in the order of their names, without fractions: then what serde_json writes is
    /// canonical already, and a third of the time of a billing run is saved.
    ///
    /// # Errors
    /// A value that JSON cannot hold.
    pub fn new(value: &impl serde::Serialize) -> Result<Self> {
        let json = serde_json::to_string(value)
            .map_err(|error| Problem::new(Code::Internal, format!("a document cannot be frozen: {error}")))?;
        Ok(Self { sha256: sha256(&json), json })
    }

    /// Whether the JSON still is what was hashed.
    pub fn is_intact(&self) -> bool {
        sha256(&self.json) == self.sha256
    }
}

/// SHA-256 of a text in small hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the invoice-law notes, made with another implementation.
    #[test]
    fn known_hashes() {
        for (number, want) in [
            ("2026-000001", "632f7b8bd501da1a317d26334fe988ccc36c635be2778cb395dd5444c5ceab88"),
            ("2026-000002", "99b9b3cf361cf8700c9abad57a1dc8e82889fb30165897c833386b6d1fc94ddd"),
        ] {
            let frozen = Frozen::new(&serde_json::json!({ "number": number })).unwrap();
            assert_eq!(frozen, Frozen { json: format!("{{\"number\":\"{number}\"}}"), sha256: want.into() });
        }
    }

    /// RFC 8785 orders keys by their UTF-16 code units and writes no spaces: for values without fractions and keys of the
    /// basic plane, serde_json writes the same bytes as an implementation of it.
    #[test]
    fn canonical_order() {
        let value = serde_json::json!({ "\u{20ac}": 1, "a": [true, null], "1": { "b": "é\n", "A": 2 } });
        let frozen = Frozen::new(&value).unwrap();
        assert_eq!(frozen.json, "{\"1\":{\"A\":2,\"b\":\"é\\n\"},\"a\":[true,null],\"\u{20ac}\":1}");
        assert_eq!(frozen.json, serde_json_canonicalizer::to_string(&value).unwrap());
        let letters: String =
            (0..=0x2ff).filter_map(char::from_u32).chain(['\u{2028}', '\u{fffd}', '\u{1f600}']).collect();
        let value = serde_json::json!({ "text": letters, "position": 7, "nothing": null });
        assert_eq!(Frozen::new(&value).unwrap().json, serde_json_canonicalizer::to_string(&value).unwrap());
    }

    #[test]
    fn a_changed_byte_shows() {
        let frozen = Frozen::new(&serde_json::json!({ "total": "12.10" })).unwrap();
        assert!(frozen.is_intact());
        assert!(!Frozen { json: frozen.json.replace("12", "11"), ..frozen }.is_intact());
    }
}
