//! What a use case can end with besides its result: a refusal for the caller, or trouble with the database.

use comptoir_domain::{Code, Problem};
use diesel::result::{DatabaseErrorKind, Error};

/// Why a use case did not succeed. Its transaction has been rolled back.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The caller is told why.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] Error),
    /// No connection could be opened or had in time.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// Something besides the database is set up so that it cannot work.
    #[error("settings: {0}")]
    Setting(String),
    /// Stored data cannot be understood.
    #[error("stored data: {0}")]
    Corrupt(String),
    /// A bug: the use case panicked. Nothing was written.
    #[error("panic: {0}")]
    Panic(String),
}

/// What use cases and queries return.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Two transactions met and this one lost: running it again is right.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Database(Error::DatabaseError(DatabaseErrorKind::Unknown, info)) => {
                info.message().contains("deadlock detected") || info.message().contains("database is locked")
            }
            _ => false,
        }
    }

    /// A unique index refused the row. SQLite does not name its constraint, so callers decide by context.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }

    /// Moves the places of a refusal below a pointer, when a use case serves as part of a larger one.
    pub fn under(self, pointer: &str) -> Self {
        match self {
            Self::Refused(problem) => Self::Refused(problem.under(pointer)),
            failure => failure,
        }
    }

    /// Renames the beginning of the places of a refusal, when a use case serves as part of one that calls it otherwise.
    pub fn instead_of(self, inner: &str, outer: &str) -> Self {
        match self {
            Self::Refused(mut problem) => {
                for field in &mut problem.fields {
                    if let Some(rest) = field.pointer.strip_prefix(inner) {
                        field.pointer = format!("{outer}{rest}");
                    }
                }
                Self::Refused(problem)
            }
            failure => failure,
        }
    }

    /// Says which field is taken, if that is what happened.
    pub fn or_taken(self, pointer: &str) -> Self {
        if !self.is_unique_violation() {
            return self;
        }
        Problem::new(Code::AlreadyExists, "see errors")
            .at(pointer, "taken", "another one has it: choose another value")
            .into()
    }

    /// What the caller is told. Database trouble hides its details: they are in the log, under the request id.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => problem.clone(),
            Self::Database(Error::NotFound) => Problem::not_found(),
            Self::Database(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Problem::new(Code::AlreadyExists, "something with the same unique value exists already")
            }
            Self::Database(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
                Problem::new(Code::InUse, "the change would leave something pointing to nothing")
            }
            Self::Open(_) => Problem::new(Code::Busy, "the database cannot be reached just now"),
            failure if failure.is_retryable() => {
                Problem::new(Code::Busy, "others are writing the same rows: try again")
            }
            _ => Problem::new(Code::Internal, "the error is in the log under the request id"),
        }
    }
}
