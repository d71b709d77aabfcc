//! Two halves of a key, for two people (SEC-02). One half is random, the other is the key with the first one taken off (XOR):
//! either alone says nothing at all about the key, both together are the key. People get a half as eight groups of letters
//! that tell by themselves whether they were copied well.

use crate::ids::Id;
use crate::{SellerId, problem};
use data_encoding::BASE32;
use problem::Problem;
use sha2::{Digest, Sha256};

/// Bytes of a key.
pub const KEY: usize = 32;
/// Bytes of the check at the end.
const CHECK: usize = 5;
/// Letters between two hyphens.
const GROUP: usize = 8;

/// Which half.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Half {
    /// The random one.
    First,
    /// The rest.
    Second,
}

impl Half {
    /// As it is stored and written.
    pub const fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    fn of(number: u8) -> Option<Self> {
        [Self::First, Self::Second].into_iter().find(|half| half.number() == number)
    }
}

/// A half of a key, of one version, of one seller.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    /// Which half.
    pub half: Half,
    /// The version of the key.
    pub key_version: u16,
    /// The half itself.
    pub bytes: [u8; KEY],
}

/// Nothing of the half itself.
impl std::fmt::Debug for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Share({} of 2, key {})", self.half.number(), self.key_version)
    }
}

fn xor(one: &[u8; KEY], other: &[u8; KEY]) -> [u8; KEY] {
    std::array::from_fn(|at| one.get(at).copied().unwrap_or_default() ^ other.get(at).copied().unwrap_or_default())
}

/// Splits a key by fresh random bytes.
pub fn split(key: &[u8; KEY], random: [u8; KEY], key_version: u16) -> [Share; 2] {
    [
        Share { half: Half::First, key_version, bytes: random },
        Share { half: Half::Second, key_version, bytes: xor(key, &random) },
    ]
}

/// The key of two halves; none if they are not the two halves of one.
pub fn join(one: &Share, other: &Share) -> Option<[u8; KEY]> {
    (one.half != other.half && one.key_version == other.key_version).then(|| xor(&one.bytes, &other.bytes))
}

impl Share {
    fn check(&self, seller: SellerId) -> [u8; CHECK] {
        let digest = Sha256::new_with_prefix("comptoir/share/1")
            .chain_update(seller.uuid().as_bytes())
            .chain_update([self.half.number()])
            .chain_update(self.key_version.to_be_bytes())
            .chain_update(self.bytes)
            .finalize();
        std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
    }

    /// As people keep it: 64 letters in eight groups.
    pub fn to_text(&self, seller: SellerId) -> String {
        let mut bytes = vec![self.half.number()];
        bytes.extend(self.key_version.to_be_bytes());
        bytes.extend(self.bytes);
        bytes.extend(self.check(seller));
        let letters: Vec<char> = BASE32.encode(&bytes).chars().collect();
        letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// Reads what people have kept, however they space it; refuses at `place` what was not copied well or is another seller's.
    pub fn read(text: &str, seller: SellerId, place: &str) -> Result<Self, Problem> {
        let wrong = || Problem::field(place, "wrong_share", "this is no share of yours, or it was not copied well");
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let bytes = BASE32.decode(letters.as_bytes()).map_err(|_| wrong())?;
        let (half, rest) = bytes.split_first().ok_or_else(wrong)?;
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(wrong)?;
        let (key, check) = rest.split_first_chunk::<KEY>().ok_or_else(wrong)?;
        let half = Half::of(*half).ok_or_else(wrong)?;
        let share = Self { half, key_version: u16::from_be_bytes(*version), bytes: *key };
        if share.check(seller).as_slice() == check { Ok(share) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seller(byte: u8) -> SellerId {
        SellerId::from_uuid(uuid::Uuid::from_bytes([byte; 16]))
    }

    #[test]
    fn both_halves_are_the_key_and_one_is_not() {
        let [first, second] = split(&[0b1010; KEY], [0b0110; KEY], 3);
        // 1010 xor 0110 = 1100
        assert_eq!((first.bytes, second.bytes), ([0b0110; KEY], [0b1100; KEY]));
        assert_eq!((join(&first, &second), join(&second, &first)), (Some([0b1010; KEY]), Some([0b1010; KEY])));
        assert_eq!(join(&first, &first), None);
        assert_eq!(join(&first, &Share { key_version: 4, ..second }), None);
    }

    /// For each key there is a second half that goes with the same first one, so that a half excludes no key.
    #[test]
    fn a_half_excludes_no_key() {
        let [_, second] = split(&[7; KEY], [9; KEY], 1);
        for wanted in [[0; KEY], [255; KEY], [42; KEY]] {
            let fitting = Share { half: Half::First, key_version: 1, bytes: xor(&wanted, &second.bytes) };
            assert_eq!(join(&fitting, &second), Some(wanted));
        }
    }

    #[test]
    fn people_copy_them() {
        let [first, second] = split(&[1; KEY], [2; KEY], 258);
        for share in [first, second] {
            let text = share.to_text(seller(5));
            // 1 + 2 + 32 + 5 = 40 bytes are 64 letters of five bits
            assert_eq!((text.len(), text.split('-').count()), (64 + 7, 8));
            let spaced = text.to_lowercase().replace('-', " ");
            assert_eq!(Share::read(&spaced, seller(5), "/share").unwrap(), share);
            assert!(Share::read(&text, seller(6), "/share").is_err(), "another seller's");
            assert!(Share::read(&text[1..], seller(5), "/share").is_err(), "too short");
            for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b'-') {
                let other = if &text[at..=at] == "A" { "B" } else { "A" };
                let mut changed = text.clone();
                changed.replace_range(at..=at, other);
                assert!(Share::read(&changed, seller(5), "/share").is_err(), "letter {at}");
            }
        }
        assert_eq!(
            format!("{:?}", Share { half: Half::First, key_version: 1, bytes: [9; KEY] }),
            "Share(1 of 2, key 1)"
        );
    }
}
