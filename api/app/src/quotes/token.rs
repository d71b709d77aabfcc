//! Quote tokens: what was asked, what it came to and until when, signed. An order that works out to anything else is
//! refused with a new quote, so nobody ever pays what he has not seen.

use crate::kernel::keys;
use crate::quotes::compute::Quoted;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use comptoir_domain::orders::Cart;
use comptoir_domain::quotes::fingerprint;
use comptoir_domain::taxes::Buyer;
use comptoir_domain::{Code, Instant, Problem, StoreId};

/// Seconds for which a quote holds.
pub const LIFETIME: i64 = 1800;

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct QuoteToken {
    /// The store.
    pub store: StoreId,
    /// What was chosen.
    pub cart: Cart,
    /// For whom.
    pub buyer: Buyer,
    /// The whole result, hashed.
    pub fingerprint: String,
    /// Good until, seconds since 1970.
    pub expires: i64,
}

impl QuoteToken {
    /// The token of a result.
    pub fn new(quoted: &Quoted, cart: &Cart, buyer: &Buyer, now: Instant) -> Result<Self, Problem> {
        let fingerprint = fingerprint(&(cart, &buyer.place, &quoted.priced, &quoted.trials))?;
        Ok(Self {
            store: quoted.store.id,
            cart: cart.clone(),
            buyer: buyer.clone(),
            fingerprint,
            expires: now.seconds() + LIFETIME,
        })
    }

    /// The text of the token.
    pub fn seal(&self, key: &[u8]) -> String {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let signature = keys::sign(key, &body);
        format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(body), BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// Reads a token of ours; it may have expired, which [`Self::still_holds`] tells.
    pub fn open(key: &[u8], text: &str) -> Result<Self, Problem> {
        let refused = || Problem::field("/quote_token", "invalid", "this is not a quote of ours: ask for a new one");
        let (body, signature) = text.split_once('.').ok_or_else(refused)?;
        let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| refused());
        let (body, signature) = (decode(body)?, decode(signature)?);
        if !keys::verify(key, &body, &signature) {
            return Err(refused());
        }
        serde_json::from_slice(&body).map_err(|_| refused())
    }

    /// Refuses a result that is not what was quoted, and a quote that is too old.
    pub fn still_holds(&self, quoted: &Quoted, now: Instant) -> Result<(), Problem> {
        if now.seconds() >= self.expires {
            return Err(Problem::new(Code::QuoteChanged, "the quote has expired: look at the new one and order again"));
        }
        if fingerprint(&(&self.cart, &self.buyer.place, &quoted.priced, &quoted.trials))? != self.fingerprint {
            return Err(Problem::new(
                Code::QuoteChanged,
                "the price has changed: look at the new quote and order again",
            ));
        }
        Ok(())
    }
}
