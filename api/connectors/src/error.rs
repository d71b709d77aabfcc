//! The one error of all ports: what happened, in whose words, and whether the call may be repeated.

use std::borrow::Cow;
use std::time::Duration;

/// What kind of failure it was, whatever the other side calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The other side understood and said no for a reason of its own.
    Declined,
    /// We sent something that can never be accepted.
    InvalidRequest,
    /// Our credentials are wrong or not allowed to do this.
    Auth,
    /// The other side does not know what we asked for.
    NotFound,
    /// It contradicts what the other side already holds.
    Conflict,
    /// Too many calls; the pause that was asked for, if one was named.
    RateLimited(Option<Duration>),
    /// The other side could not be reached or could not work, and surely did nothing.
    Unavailable,
    /// Sent, but no answer came: nobody knows yet whether it was done.
    Unknown,
}

impl Kind {
    /// What may be done next when nothing more precise is known.
    pub const fn retry(self) -> Retry {
        match self {
            Kind::Declined | Kind::InvalidRequest | Kind::Auth | Kind::NotFound | Kind::Conflict => Retry::Never,
            Kind::RateLimited(_) | Kind::Unavailable => Retry::Safe,
            Kind::Unknown => Retry::CheckFirst,
        }
    }
}

/// Whether the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again: a person or another input is needed.
    Never,
    /// It surely did nothing: repeat it later.
    Safe,
    /// Ask the other side by our reference before repeating. This one rule prevents double charges.
    CheckFirst,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ConnectorError {
    /// What kind of failure.
    pub kind: Kind,
    /// The other side's code, or a stable word of ours.
    pub code: Cow<'static, str>,
    /// For people who run the shop; never holds a secret.
    pub message: String,
    /// Whether the call may be repeated.
    pub retry: Retry,
}

/// What every port answers.
pub type Result<T, E = ConnectorError> = std::result::Result<T, E>;

impl ConnectorError {
    /// A failure with the usual advice for its kind.
    pub fn new(kind: Kind, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { kind, code: code.into(), message: message.into(), retry: kind.retry() }
    }

    /// What we were about to send is wrong.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidRequest, code, message)
    }

    /// The other side does not know it.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, "not_found", message)
    }
}

impl From<std::io::Error> for ConnectorError {
    /// Our own disk failed: every local write here can be repeated as it is.
    fn from(error: std::io::Error) -> Self {
        Self::new(Kind::Unavailable, "local_storage", error.to_string())
    }
}

impl From<tokio::task::JoinError> for ConnectorError {
    /// A blocking piece of work was cut off: what it did has to be looked up.
    fn from(error: tokio::task::JoinError) -> Self {
        Self::new(Kind::Unknown, "interrupted", error.to_string())
    }
}

impl From<comptoir_domain::money::MoneyError> for ConnectorError {
    /// Amounts that cannot be summed: what we hold and what we were told contradict each other.
    fn from(error: comptoir_domain::money::MoneyError) -> Self {
        Self::new(Kind::Conflict, "amounts", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_follows_from_the_kind() {
        let advice = |kind| ConnectorError::new(kind, "x", "y").retry;
        assert_eq!(advice(Kind::Declined), Retry::Never);
        assert_eq!(advice(Kind::RateLimited(Some(Duration::from_secs(5)))), Retry::Safe);
        assert_eq!(advice(Kind::Unavailable), Retry::Safe);
        assert_eq!(advice(Kind::Unknown), Retry::CheckFirst);
    }
}
