//! What travels to Redsys and back: three values that carry one signed object of texts.

use super::sign::{Version, decode};
use crate::error::{ConnectorError, Kind, Result};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The three values. They never show: a card may be among what they carry.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Sealed {
    /// Which signature it is.
    #[serde(rename = "Ds_SignatureVersion")]
    pub version: String,
    /// The object as base64 of JSON.
    #[serde(rename = "Ds_MerchantParameters")]
    pub parameters: String,
    /// Over the text of the parameters.
    #[serde(rename = "Ds_Signature")]
    pub signature: String,
}

/// An answer that is no answer.
#[derive(Deserialize)]
pub(super) struct Refused {
    /// `SIS0042` and the like.
    #[serde(rename = "errorCode")]
    pub code: String,
}

/// An object of texts; names are in capitals, since Redsys does not tell them apart by case.
/// They never show: a card may be among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// The text of a name (in capitals); empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Adds what is not empty.
    pub(super) fn put(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.insert(name.into(), value);
        }
    }

    /// Only these names, as JSON: what may be kept.
    pub(super) fn only(&self, names: &[&str]) -> Value {
        let kept = self.0.iter().filter(|(name, _)| names.contains(&name.as_str()));
        kept.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect::<serde_json::Map<_, _>>().into()
    }

    fn read(json: &[u8]) -> Option<Self> {
        let object: BTreeMap<String, Value> = serde_json::from_slice(json).ok()?;
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some(Self(object.into_iter().map(|(name, value)| (name.to_ascii_uppercase(), text(value))).collect()))
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_ascii_uppercase(), value)).collect())
    }
}

impl Sealed {
    /// Seals an object that belongs to an order.
    pub(super) fn seal(version: Version, key: &SecretString, order: &str, fields: &Fields) -> Result<Self> {
        let parameters = version.encode(&serde_json::json!(fields.0).to_string());
        let signature = version.sign(key, order, &parameters)?;
        Ok(Self { version: version.as_str().into(), parameters, signature })
    }

    /// Reads what Redsys has sealed, in the version in which we seal; `Auth` if it is not genuine.
    pub(super) fn open(&self, version: Version, key: &SecretString) -> Result<Fields> {
        let forged = |message| ConnectorError::new(Kind::Auth, "forged", message);
        let fields = decode(&self.parameters).and_then(|json| Fields::read(&json));
        let fields = fields.ok_or_else(|| forged("the parameters cannot be read"))?;
        let order = fields.text("DS_ORDER");
        // of no order, the older signature would make a key of no bytes, which anybody has
        if !(4..=12).contains(&order.len()) {
            return Err(forged("there is no order number"));
        }
        let fits = version.fits(key, order, &self.parameters, &self.signature)?;
        if fits && self.version == version.as_str() { Ok(fields) } else { Err(forged("the signature does not fit")) }
    }

    /// As fields of a form.
    pub(super) fn into_form(self) -> Vec<(String, String)> {
        vec![
            ("Ds_SignatureVersion".into(), self.version),
            ("Ds_MerchantParameters".into(), self.parameters),
            ("Ds_Signature".into(), self.signature),
        ]
    }
}
