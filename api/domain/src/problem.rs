//! One table of everything that can be refused, and the shape of a refusal (RFC 9457 is built from it in `app`).

use std::borrow::Cow;

/// A word outside a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of: {}", allowed.join(", "))]
pub struct UnknownWord {
    /// The words that would have been understood.
    pub allowed: &'static [&'static str],
}

macro_rules! codes {
    ($($(#[$meta:meta])* $code:ident = $word:literal, $status:literal, $title:literal;)+) => {
        /// Why something is refused. The word is stable and part of the API; the title is for people.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $($(#[$meta])* $code),+ }

        impl Code {
            /// Every code, for the documentation and its test.
            pub const ALL: &'static [Code] = &[$(Code::$code),+];
            /// The stable word.
            pub const fn word(self) -> &'static str { match self { $(Code::$code => $word),+ } }
            /// The HTTP status that fits.
            pub const fn status(self) -> u16 { match self { $(Code::$code => $status),+ } }
            /// One line for people.
            pub const fn title(self) -> &'static str { match self { $(Code::$code => $title),+ } }
        }
    };
}

codes! {
    // 400: the request cannot be read
    /// The body is not JSON.
    MalformedBody = "malformed_body", 400, "The body cannot be read";
    UnknownParameter = "unknown_parameter", 400, "The query holds a parameter that does not exist";
    InvalidParameter = "invalid_parameter", 400, "A part of the path or a parameter of the query has a wrong value";
    InvalidCursor = "invalid_cursor", 400, "The cursor does not belong to this list";
    InvalidHeader = "invalid_header", 400, "A header has a wrong value";
    IdempotencyKeyRequired = "idempotency_key_required", 400, "This call moves money or reaches outside: send an Idempotency-Key";
    // 401, 403: who is calling
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    InvalidCredentials = "invalid_credentials", 401, "The login or the password is wrong";
    SessionEnded = "session_ended", 401, "The session has ended: sign in again";
    WrongAudience = "wrong_audience", 401, "This token is for another part of the API";
    Forbidden = "forbidden", 403, "You may not do this";
    NotAllotted = "not_allotted", 403, "Your provider has not given you this";
    // 404, 405
    NotFound = "not_found", 404, "There is nothing here";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method";
    // 409: the state does not allow it
    Conflict = "conflict", 409, "The present state does not allow this";
    AlreadyExists = "already_exists", 409, "There is one already";
    InUse = "in_use", 409, "Something still depends on it";
    WrongState = "wrong_state", 409, "It is not in a state that allows this";
    QuoteChanged = "quote_changed", 409, "The price has changed: take the new quote";
    EncryptionLocked = "encryption_locked", 409, "Stored payment methods are locked: the pass-phrase has to be given first";
    CouponExhausted = "coupon_exhausted", 409, "The coupon is used up";
    // 412, 428: two people at once
    Stale = "stale", 412, "Someone has changed it since you read it";
    PreconditionRequired = "precondition_required", 428, "Send If-Match with the ETag you have read";
    // 413, 415, 422: the content
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send application/json";
    InvalidBody = "invalid_body", 422, "The body does not fit the schema";
    ValidationFailed = "validation_failed", 422, "Some fields have wrong values";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This Idempotency-Key was used for another request";
    VatNumberWanted = "vat_number_wanted", 422, "This store sells to businesses with a VAT number that is in use";
    CouponInvalid = "coupon_invalid", 422, "The coupon cannot be used here";
    // 402, 429, 5xx
    PaymentDeclined = "payment_declined", 402, "The payment was declined";
    TooManyRequests = "too_many_requests", 429, "Too many requests: wait a little";
    Internal = "internal", 500, "Something went wrong on our side";
    Busy = "busy", 503, "The server is busy: try again shortly";
}

/// What is wrong with one place of the request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldProblem {
    /// JSON pointer into the body (`/contact/email`), `?name` for a query parameter, or `{name}` for a part of the path.
    pub pointer: String,
    /// A stable word: `required`, `too_long`, `unknown`, …
    pub code: &'static str,
    /// For people.
    pub detail: String,
}

/// A refusal: why, in words, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {detail}{}", code.word(), places(fields))]
pub struct Problem {
    /// The row of the table.
    pub code: Code,
    /// What happened and what to do next.
    pub detail: Cow<'static, str>,
    /// The places, all at once.
    pub fields: Vec<FieldProblem>,
    /// What to take instead of a quote that no longer holds, as it is sent.
    pub quote: Option<Box<serde_json::Value>>,
}

/// The places of a problem, for logs and to-dos: who reads those has no form in which they could be marked.
fn places(fields: &[FieldProblem]) -> String {
    fields.iter().map(|field| format!("; {}: {}", field.pointer, field.detail)).collect()
}

/// What rules and use cases answer.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    /// A refusal with an explanation.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), quote: None }
    }

    /// The same answer for what does not exist and for what belongs to someone else.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "nothing with this id is visible to you")
    }

    /// A wrong value at one place of the body.
    pub fn field(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let field = FieldProblem { pointer: pointer.into(), code, detail: detail.into() };
        Self { code: Code::ValidationFailed, detail: "see errors".into(), fields: vec![field], quote: None }
    }

    /// Puts a new quote beside the refusal.
    pub fn with_quote(mut self, quote: serde_json::Value) -> Self {
        self.quote = Some(Box::new(quote));
        self
    }

    /// Adds a place.
    pub fn at(mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        self.fields.push(FieldProblem { pointer: pointer.into(), code, detail: detail.into() });
        self
    }

    /// The same refusal of a part, seen from the whole: every JSON pointer gets `prefix` in front.
    pub fn under(mut self, prefix: &str) -> Self {
        for field in &mut self.fields {
            field.pointer.insert_str(0, prefix);
        }
        self
    }
}

impl From<crate::money::MoneyError> for Problem {
    fn from(error: crate::money::MoneyError) -> Self {
        Self::new(Code::ValidationFailed, error.to_string())
    }
}
