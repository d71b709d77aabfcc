//! Notifications: a form with the three values, posted from server to server. They carry no stamp that could be checked against
//! a clock; one that comes again is the same event.

use super::map::{self, Way};
use super::wire::{Fields, Sealed};
use super::{Account, Redsys};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Begun, Callback, PaymentEvent, Reference};
use chrono::{NaiveDate, NaiveTime};
use comptoir_domain::{Instant, TimeZone};

/// Reads a notification that is genuine and about a payment of ours.
pub(super) async fn read(gateway: &Redsys, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
    let fields = sealed(&callback.body)?.open(gateway.account.version, &gateway.account.key)?;
    let Some((reference, order)) = ours(&gateway.account, &fields) else { return Ok(None) };
    let said: Vec<_> =
        ["DS_TRANSACTIONTYPE", "DS_RESPONSE", "DS_DATE", "DS_HOUR"].map(|it| map::written(fields.text(it))).into();
    let id = format!("{order}:{}", said.join(":"));
    let at = stamp(&fields).unwrap_or(at);
    let begins = [map::kind::SALE, map::kind::RESERVATION].contains(&fields.text("DS_TRANSACTIONTYPE"));
    let payment = if begins {
        map::payment(&reference, &order, &[fields])?
    } else {
        // what was done to a payment in the bank's own pages says nothing about the rest of it
        let amount = map::amount(&fields)?;
        gateway.stands(&Begun { reference, gateway_id: Some(order), amount, at }).await?
    };
    Ok(Some(PaymentEvent { id, at, payment, dispute: None }))
}

fn sealed(body: &[u8]) -> Result<Sealed> {
    let mut sealed = Sealed { version: String::new(), parameters: String::new(), signature: String::new() };
    for (name, value) in url::form_urlencoded::parse(body) {
        match name.as_ref() {
            "Ds_SignatureVersion" => sealed.version = value.into_owned(),
            "Ds_MerchantParameters" => sealed.parameters = value.into_owned(),
            "Ds_Signature" => sealed.signature = value.into_owned(),
            _ => {}
        }
    }
    if sealed.signature.is_empty() {
        return Err(ConnectorError::new(Kind::Auth, "forged", "it is not signed"));
    }
    Ok(sealed)
}

/// The payment, if the terminal is ours and the order number is that of the reference.
fn ours(account: &Account, fields: &Fields) -> Option<(Reference, String)> {
    let number = |text: &str| text.trim_start_matches('0').to_string();
    let is_here = fields.text("DS_MERCHANTCODE") == account.merchant
        && number(fields.text("DS_TERMINAL")) == number(&account.terminal);
    let reference = Reference::new(map::written(fields.text("DS_MERCHANTDATA"))).ok().filter(|_| is_here)?;
    let order = fields.text("DS_ORDER").to_string();
    let known = [Way::Direct, Way::Page].into_iter().any(|way| map::order(&reference, way) == order);
    known.then_some((reference, order))
}

/// When it happened, by the clocks of Madrid.
fn stamp(fields: &Fields) -> Option<Instant> {
    let date = NaiveDate::parse_from_str(&map::written(fields.text("DS_DATE")), "%d/%m/%Y").ok()?;
    let hour = NaiveTime::parse_from_str(&map::written(fields.text("DS_HOUR")), "%H:%M").ok()?;
    let zone: TimeZone = "Europe/Madrid".parse().ok()?;
    let local = date.and_time(hour).and_local_timezone(zone.tz()).earliest()?;
    Some(Instant::from_utc(local.to_utc()))
}
