//! Notifications: forms with a stamp over the fields that it names. What they say is asked again, so only the payment they are
//! about is believed, and an old one does no harm.

use super::map::{self, Told};
use super::{BluePay, Lookup, seal};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Begun, Callback, Callbacks, PaymentEvent};
use async_trait::async_trait;
use chrono::TimeDelta;
use comptoir_domain::{Instant, Money};
use secrecy::SecretString;

/// What the stamp has to cover, for it is what we read.
const COVERED: [&str; 4] = ["trans_id", "trans_status", "trans_type", "order_id"];

/// For so long notifications may come: what is older is not looked for.
const REACHES_BACK: TimeDelta = TimeDelta::days(180);

/// Reads a notification whose stamp fits and covers what we read.
pub(super) fn read(hash_type: &str, secret: &SecretString, callback: &Callback) -> Result<Told> {
    let forged = |message| ConnectorError::new(Kind::Auth, "forged_callback", message);
    let told = Told::read(&callback.body);
    let names: Vec<&str> = told.text("BP_STAMP_DEF").split(' ').filter(|name| !name.is_empty()).collect();
    if told.text("TPS_HASH_TYPE") != hash_type {
        return Err(forged("it is stamped another way than the account is set up for"));
    }
    if !COVERED.iter().all(|covered| names.iter().any(|name| name.eq_ignore_ascii_case(covered))) {
        return Err(forged("the stamp does not cover what is said"));
    }
    let values: String = names.iter().map(|name| told.text(name)).collect();
    let stamp = seal::seal(hash_type, secret, &values)?;
    if seal::fits(&stamp, told.text("BP_STAMP")) { Ok(told) } else { Err(forged("the stamp does not fit")) }
}

#[async_trait]
impl Callbacks for BluePay {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let told = read(&self.hash_type, &self.secret_key, callback)?;
        // the account may serve others too
        let Some(reference) = map::named(told.text("order_id")) else { return Ok(None) };
        let begun =
            Begun { reference, gateway_id: None, amount: Money::zero(self.currency), at: at.plus(-REACHES_BACK) };
        let payment = match self.fetch(&begun, at).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            payment => payment?,
        };
        let id = format!("{}-{}", told.text("trans_id"), told.text("trans_status"));
        Ok(Some(PaymentEvent { id, at, payment, dispute: None }))
    }
}
