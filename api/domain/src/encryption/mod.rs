//! The local encryption key (SEC-01, SEC-02): under what a seller's stored payment methods lie, and who has to be there when
//! they are used.

pub mod shares;

use crate::check::Check;
use chrono::TimeDelta;

text_enum! {
    /// How the key of a seller is kept.
    pub enum EncryptionMode {
        /// By the house: what comes due is charged by itself. A PIN opens what is stored to people.
        House = "house",
        /// Under a pass-phrase that nobody stores: nothing is charged before someone gives it.
        PassPhrase = "pass_phrase",
        /// Nothing is stored.
        Off = "off",
    }
}

text_enum! {
    /// Whether what is stored can be used now.
    pub enum KeyState {
        /// It can.
        Ready = "ready",
        /// The pass-phrase has to be given first.
        Locked = "locked",
        /// The key does not open any more: both shares bring it back.
        Lost = "lost",
    }
}

text_enum! {
    /// What a key of methods is wrapped with.
    pub enum Wrapping {
        /// A key that follows from the master key.
        House = "house",
        /// A key that follows from the pass-phrase.
        PassPhrase = "pass_phrase",
        /// The key that took its place: whoever has the newest has all.
        Successor = "successor",
    }
}

text_enum! {
    /// What is stored of a payment method.
    pub enum StoredKind {
        /// What the gateway calls it by. Nobody else can do anything with it.
        Token = "token",
        /// A bank account.
        Account = "account",
    }
}

/// How a key follows from a pass-phrase: argon2id with these parameters.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Stretching {
    /// Sixteen random bytes, in base64.
    pub salt: String,
    /// Kibibytes of memory.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Stretching {
    /// The second choice of RFC 9106, section 4, with a single lane: a phrase is asked for a few times a day.
    pub const fn recommended(salt: String) -> Self {
        Self { salt, memory: 64 * 1024, passes: 3, lanes: 1 }
    }
}

/// So many wrong tries in a row, and there is a pause.
pub const TRIES: i32 = 5;

/// How long no PIN and no phrase is taken after so many wrong tries: a quarter of an hour after five, and twice as long after
/// each five more, up to a day.
pub fn pause_after(wrong: i32) -> Option<TimeDelta> {
    if wrong < TRIES || wrong % TRIES != 0 {
        return None;
    }
    let doublings = u32::try_from(wrong / TRIES - 1).unwrap_or_default().min(7);
    Some(TimeDelta::minutes(15 << doublings).min(TimeDelta::days(1)))
}

/// Notes what is no PIN: the guide has four digits, and more are safer.
pub fn check_pin(check: &mut Check, place: &str, pin: &str) {
    let fits = (4..=12).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit());
    check.ensure(fits, place, "invalid_pin", "4 to 12 digits");
}

/// Notes what is no pass-phrase. Whoever has the database can try as long as he likes, so it is longer than a password.
pub fn check_phrase(check: &mut Check, place: &str, phrase: &str) {
    check.ensure(phrase.chars().count() >= 16, place, "too_short", "at least 16 characters: several words");
    check.ensure(phrase.len() <= 512, place, "too_long", "at most 512 bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_day() {
        let minutes = |wrong| pause_after(wrong).map(|pause| pause.num_minutes());
        assert_eq!([1, 4, 6, 9, 0, -5].map(minutes), [None; 6]);
        // 15 minutes, doubled with each five
        assert_eq!([5, 10, 15, 30].map(minutes), [Some(15), Some(30), Some(60), Some(480)]);
        // 15 × 2^7 = 1920 minutes would be more than a day of 1440
        assert_eq!([40, 5000].map(minutes), [Some(1440); 2]);
    }

    #[test]
    fn pins_and_phrases() {
        let wrong = |pin: &str, phrase: &str| {
            let mut check = Check::new();
            check_pin(&mut check, "/pin", pin);
            check_phrase(&mut check, "/phrase", phrase);
            check.done().err().map_or(0, |problem| problem.fields.len())
        };
        assert_eq!(wrong("0000", "quatre mots au hasard"), 0);
        assert_eq!(wrong("000", "quatre mots"), 2);
        assert_eq!(wrong("0000a", &"x".repeat(513)), 2);
        assert_eq!(wrong("1234567890123", "seize caractères"), 1);
    }
}
