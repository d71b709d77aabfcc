//! Who is told that much is used: for each kind of notice, as the seller has chosen (SUB-12).

use super::OveruseNotice;
use crate::Check;
use crate::people::normal_email;
use crate::problem::Result;
use std::collections::BTreeSet;

/// Who is written to.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Recipients {
    /// The seller's own address.
    pub seller: bool,
    /// The primary contact of the client.
    pub client: bool,
    /// Every contact of the client.
    pub contacts: bool,
    /// These addresses as well.
    #[schema(max_items = 20)]
    pub addresses: Vec<String>,
}

/// The client, because the matter is his.
impl Default for Recipients {
    fn default() -> Self {
        Self { seller: false, client: true, contacts: false, addresses: Vec::new() }
    }
}

impl Recipients {
    /// With its addresses as they are kept and compared, each once.
    #[must_use]
    pub fn normal(mut self) -> Self {
        let mut seen = BTreeSet::new();
        self.addresses = self.addresses.iter().map(|address| normal_email(address)).collect();
        self.addresses.retain(|address| seen.insert(address.clone()));
        self
    }

    /// Notes what are no addresses.
    pub fn check(&self, check: &mut Check, place: &str) {
        check.ensure(self.addresses.len() <= 20, place, "too_many", "at most 20");
        for (at, address) in self.addresses.iter().enumerate() {
            check.email(&format!("{place}/{at}"), address);
        }
    }
}

/// Who hears what about use.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsageSettings {
    /// Of a soft quota that is reached.
    pub soft_quota: Recipients,
    /// Of a limit that is reached.
    pub limit: Recipients,
}

impl UsageSettings {
    /// Who hears of this.
    pub fn recipients(&self, notice: OveruseNotice) -> &Recipients {
        match notice {
            OveruseNotice::SoftQuota => &self.soft_quota,
            OveruseNotice::Limit => &self.limit,
        }
    }

    /// With all addresses as they are kept.
    #[must_use]
    pub fn normal(self) -> Self {
        Self { soft_quota: self.soft_quota.normal(), limit: self.limit.normal() }
    }

    /// Refuses what are no addresses, each place by its name.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        for notice in OveruseNotice::ALL {
            self.recipients(*notice).check(&mut check, &format!("/{notice}/addresses"));
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_once_and_in_one_spelling() {
        let kept = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| (*address).to_string()).collect();
            let limit = Recipients { addresses, ..Recipients::default() };
            UsageSettings { limit, ..UsageSettings::default() }.normal().limit.addresses
        };
        assert_eq!(
            kept(&["Zoe@Example.COM", "anna@example.com", "zoe@example.com"]),
            ["zoe@example.com", "anna@example.com"]
        );
    }

    #[test]
    fn every_wrong_address_is_named() {
        let mut settings = UsageSettings::default();
        assert_eq!(settings.check(), Ok(()));
        settings.limit.addresses = vec!["anna@example.com".into(), "nobody".into()];
        settings.soft_quota.addresses = vec!["anna@example.com".into(); 21];
        let places: Vec<_> = settings.check().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(places, ["/soft_quota/addresses", "/limit/addresses/1"]);
    }
}
