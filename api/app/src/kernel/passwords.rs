//! Passwords: argon2id, with the parameters of OWASP's list (19 MiB, two passes). Slow on purpose: never call these
//! inside a transaction or on an async thread; [`hash`] and [`matches`] see to the latter themselves.

use crate::kernel::problem::ApiError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use comptoir_domain::{Code, Problem};
use std::num::NonZero;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Compared with when there is no such login, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// So many at once as there are cores. More would be no faster, take 19 MiB each, and leave the database no time: a rush
/// of sign-ups waits here, and everyone else is served.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, NonZero::get)));

/// Does slow work on a thread of its own, when it is its turn.
pub async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let turn = TURNS.acquire().await.ok()?;
    let job = move || {
        // kept until the work ends, even if the caller goes away before
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(job).await.ok()
}

fn hash_now(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn matches_now(stored: Option<&str>, password: &str) -> bool {
    let known = stored.is_some();
    let stored = stored.unwrap_or(NOBODY.as_str());
    let right = argon2::PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && known
}

/// The text to store for a new password.
pub async fn hash(password: String) -> Result<String, ApiError> {
    let work = in_turn(move || hash_now(&password)).await;
    let failed = || ApiError::from(Problem::new(Code::Internal, "the password could not be hashed"));
    work.flatten().ok_or_else(failed)
}

/// The text to store for a new password that may be absent; refuses a weak one at its place in the body.
pub async fn new_hash(pointer: &str, password: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(password) = password else { return Ok(None) };
    let mut check = comptoir_domain::Check::new();
    check.password(pointer, &password);
    check.done()?;
    hash(password).await.map(Some)
}

/// Whether `password` is the one that was stored; as slow when there is none.
pub async fn matches(stored: Option<String>, password: String) -> bool {
    in_turn(move || matches_now(stored.as_deref(), &password)).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_as_argon2id_and_compared() {
        let stored = hash_now("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches_now(Some(&stored), "correct horse battery"));
        assert!(!matches_now(Some(&stored), "correct horse batterz"));
        assert!(!matches_now(None, "nobody has this password"));
        assert!(!matches_now(Some("not a hash"), ""));
    }
}
