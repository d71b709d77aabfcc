//! Notices: a form with the text `Data` and its seal, posted by the server; the browser brings the same later or before. They
//! carry no stamp that could be checked against a clock; one that comes again is the same event.

use super::Account;
use super::map::{self, Object};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Callback, PaymentEvent, Reference};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use comptoir_domain::Instant;
use std::collections::BTreeMap;

fn forged(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Auth, "forged", message)
}

/// Reads a notice that is genuine and about a payment of ours.
pub(super) fn read(account: &Account, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&callback.body).into_owned().collect();
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let data = value("Data");
    if data.is_empty() || !account.algorithm.fits(&account.key, data, value("Seal"))? {
        return Err(forged("the seal does not fit"));
    }
    let object = decode(data, value("Encode")).and_then(|text| fields(&text));
    let object = object.ok_or_else(|| forged("the data cannot be read"))?;
    if map::text(&object, "merchantId") != account.merchant {
        return Ok(None);
    }
    let context = Reference::new(map::text(&object, "returnContext")).ok();
    let name = map::text(&object, "transactionReference");
    let Some(reference) = context.filter(|reference| map::transaction(reference) == name) else { return Ok(None) };
    let stamp = map::text(&object, "transactionDateTime");
    let id = [name, map::text(&object, "responseCode"), stamp].join(":");
    let at = DateTime::parse_from_rfc3339(stamp).map_or(at, |stamp| Instant::from_utc(stamp.to_utc()));
    Ok(Some(PaymentEvent { id, at, payment: map::told(reference, &object, None)?, dispute: None }))
}

fn decode(data: &str, encoding: &str) -> Option<String> {
    let bytes = match encoding {
        "" => return Some(data.into()),
        "base64" => BASE64_STANDARD.decode(data),
        "base64url" => BASE64_URL_SAFE_NO_PAD.decode(data.trim_end_matches('=')),
        _ => return None,
    };
    String::from_utf8(bytes.ok()?).ok()
}

/// Pairs that are parted by a bar; nothing where one is no pair, or where no code is told.
fn fields(text: &str) -> Option<Object> {
    let pair = |text: &str| text.split_once('=').map(|(name, value)| (name.to_string(), value.into()));
    let object: Object = text.split('|').map(pair).collect::<Option<_>>()?;
    Some(object).filter(|object| object.contains_key("responseCode"))
}
