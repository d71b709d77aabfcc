//! The gateways that a seller can set up, by name. What each of them can do is asked of itself, set up with its examples.

use super::manual::{Manual, Way};
use super::{
    Entry, PaymentGateway, authorizenet, axerve, bluepay, debit, fiserv, paypal, redsys, retired, sips, stripe,
    worldpay, worldpay_xml,
};
use crate::error::Result;
use crate::http::Reach;
use crate::settings::{Field, FieldKind, Values, optional};
use std::sync::Arc;
use std::time::Duration;

/// A gateway that can be set up.
pub struct Connector {
    /// Its name in the API.
    pub code: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it has to be told.
    pub fields: &'static [Field],
    /// Gets it ready; nothing is sent yet.
    pub build: fn(&Site, &Values) -> Result<Arc<dyn PaymentGateway>>,
}

/// Where and how it is to work.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whether real money moves.
    pub live: bool,
    /// Where the gateway finds us: it posts there.
    pub callback_url: String,
    /// How long a call may take, and whether it may go to a private address.
    pub reach: Reach,
}

/// What a gateway can do besides taking payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Where clients enter what they pay with.
    pub entries: &'static [Entry],
    /// It can be asked what became of a payment.
    pub lookup: bool,
    /// It gives money back.
    pub refunds: bool,
    /// It reserves first and takes later.
    pub captures: bool,
    /// It releases what is reserved.
    pub voids: bool,
    /// It keeps methods for later payments.
    pub vault: bool,
    /// Where clients enter what it keeps without a payment.
    pub keeps: &'static [Entry],
    /// It tells us what happens.
    pub callbacks: bool,
    /// It collects from bank accounts by files.
    pub debits: bool,
    /// If it is gone: what stands in its place.
    pub retired: Option<&'static str>,
}

/// All of them.
pub static CONNECTORS: &[Connector] = &[
    Connector { code: "cheque", name: "Cheque", fields: INSTRUCTIONS, build: |_, values| by_hand(Way::Cheque, values) },
    Connector {
        code: "transfer",
        name: "Bank transfer",
        fields: INSTRUCTIONS,
        build: |_, values| by_hand(Way::BankTransfer, values),
    },
    Connector {
        code: "paypal",
        name: "PayPal",
        fields: paypal::FIELDS,
        build: |site, values| Ok(Arc::new(paypal::PayPal::new(site, values)?)),
    },
    Connector {
        code: "paypal_standard",
        name: "PayPal Payments Standard",
        fields: paypal::standard::FIELDS,
        build: |site, values| Ok(Arc::new(paypal::standard::Standard::new(site, values)?)),
    },
    Connector {
        code: "stripe",
        name: "Stripe",
        fields: stripe::FIELDS,
        build: |site, values| Ok(Arc::new(stripe::Stripe::new(site, values)?)),
    },
    Connector {
        code: "axerve",
        name: "Axerve (Banca Sella)",
        fields: axerve::FIELDS,
        build: |site, values| Ok(Arc::new(axerve::Axerve::new(site, values)?)),
    },
    Connector {
        code: "redsys",
        name: "Redsys",
        fields: redsys::FIELDS,
        build: |site, values| Ok(Arc::new(redsys::Redsys::new(site, values)?)),
    },
    Connector {
        code: "sips",
        name: "Worldline Sips",
        fields: sips::FIELDS,
        build: |site, values| Ok(Arc::new(sips::Sips::new(site, values)?)),
    },
    Connector { code: "authorizenet", name: "Authorize.Net", fields: authorizenet::FIELDS, build: authorizenet::build },
    Connector { code: "worldpay", name: "Worldpay Business Gateway", fields: worldpay::FIELDS, build: worldpay::build },
    Connector {
        code: "worldpay_xml",
        name: "Worldpay payment service (XML)",
        fields: worldpay_xml::FIELDS,
        build: worldpay_xml::build,
    },
    Connector { code: "bluepay", name: "BluePay", fields: bluepay::FIELDS, build: bluepay::build },
    Connector { code: "fiserv", name: "Fiserv Commerce Hub", fields: fiserv::FIELDS, build: fiserv::build },
    Connector {
        code: "sepa_debit",
        name: "SEPA direct debit",
        fields: debit::sepa::FIELDS,
        build: |_, values| debit::sepa::build(values),
    },
    Connector {
        code: "norma19",
        name: "Norma 19",
        fields: debit::norma19::FIELDS,
        build: |_, values| debit::norma19::build(values),
    },
    Connector {
        code: "dtaus",
        name: "DTAUS",
        fields: debit::dtaus::FIELDS,
        build: |_, values| debit::dtaus::build(values),
    },
    Connector { code: WIRECARD, name: "Wirecard", fields: &[], build: |_, _| Ok(Arc::new(retired::WIRECARD)) },
];

const WIRECARD: &str = "wirecard";

/// Whether a connector is one of those whose gateways are gone.
pub fn is_retired(connector: &str) -> bool {
    connector == WIRECARD
}

/// What clients read who pay by hand.
const INSTRUCTIONS: &[Field] = &[optional(
    "instructions",
    "What clients read; {amount} and {reference} are filled in",
    FieldKind::Text(500),
    "Transfer {amount} to ES91 2100 0418 4502 0005 1332, naming {reference}.",
)];

fn by_hand(way: Way, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let usual = match way {
        Way::Cheque => "Send a cheque over {amount}, naming {reference}.",
        Way::BankTransfer => "Transfer {amount}, naming {reference}.",
    };
    Ok(Arc::new(Manual { way, instructions: values.or("instructions", usual).into() }))
}

/// One of them.
pub fn find(code: &str) -> Option<&'static Connector> {
    CONNECTORS.iter().find(|connector| connector.code == code)
}

impl Connector {
    /// What it can do.
    pub fn abilities(&self) -> Result<Abilities> {
        let reach = Reach { limit: Duration::from_secs(30), local: false };
        let site = Site { live: false, callback_url: "https://shop.example/v1/gateway-callbacks".into(), reach };
        let gateway = (self.build)(&site, &Values::of_examples(self.fields))?;
        Ok(Abilities {
            entries: gateway.entries(),
            lookup: gateway.lookup().is_some(),
            refunds: gateway.refunds().is_some(),
            captures: gateway.captures().is_some(),
            voids: gateway.voids().is_some(),
            vault: gateway.vault().is_some(),
            keeps: gateway.vault().map_or(&[], |vault| vault.keeps()),
            callbacks: gateway.callbacks().is_some(),
            debits: gateway.debits().is_some(),
            retired: gateway.retired(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;
    use comptoir_domain::Check;
    use serde_json::Value;
    use std::collections::{BTreeMap, BTreeSet};

    /// Names are used once, examples fit their fields, and each gateway can be got ready with them.
    #[test]
    fn each_can_be_set_up_with_its_examples() {
        let mut names = BTreeSet::new();
        for connector in CONNECTORS {
            assert!(names.insert(connector.code), "{}", connector.code);
            let value = |field: &Field| match field.kind {
                FieldKind::Flag => Value::Bool(field.example == "true"),
                _ => Value::String(field.example.into()),
            };
            let values: BTreeMap<String, Value> =
                connector.fields.iter().map(|field| (field.name.into(), value(field))).collect();
            assert_eq!(values.len(), connector.fields.len());
            let mut check = Check::new();
            settings::check(&mut check, connector.fields, &values);
            check.done().unwrap();
            let can = connector.abilities().unwrap();
            // nothing is entered at one that is gone
            assert_eq!(can.retired.is_some(), is_retired(connector.code), "{}", connector.code);
            assert_eq!(can.entries.is_empty(), can.retired.is_some(), "{}", connector.code);
        }
    }
}
