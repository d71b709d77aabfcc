//! Who pays at the virtual terminal: as it is told there; it need not be a client.

use crate::addresses::Address;
use comptoir_db::payments::TransactionPayer;
use comptoir_domain::Check;

/// Who pays, as gateways are told it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalPayer {
    /// First name.
    #[schema(min_length = 1, max_length = 60)]
    pub first_name: String,
    /// Last name.
    #[schema(min_length = 1, max_length = 60)]
    pub last_name: String,
    /// The company, if it is one that pays.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub company: String,
    /// The address for mail, if it is known.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: String,
    /// The telephone number.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub phone: String,
    /// The number for telefax.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub fax: String,
    /// Where the card's bills go.
    pub address: Address,
}

impl TerminalPayer {
    /// Notes what is wrong below `/payer`.
    pub fn check(&self, check: &mut Check) {
        check.text("/payer/first_name", &self.first_name, 1..=60);
        check.text("/payer/last_name", &self.last_name, 1..=60);
        check.text("/payer/company", &self.company, 0..=120);
        if !self.email.is_empty() {
            check.email("/payer/email", &self.email);
        }
        check.text("/payer/phone", &self.phone, 0..=40);
        check.text("/payer/fax", &self.fax, 0..=40);
        self.address.check(check, "/payer/address");
    }
}

impl From<TerminalPayer> for TransactionPayer {
    fn from(told: TerminalPayer) -> Self {
        Self {
            first_name: told.first_name,
            last_name: told.last_name,
            company: told.company,
            email: told.email,
            phone: told.phone,
            fax: told.fax,
            line1: told.address.line1,
            line2: told.address.line2,
            city: told.address.city,
            state: told.address.state,
            county: told.address.county,
            postal_code: told.address.postal_code,
            country: told.address.country,
        }
    }
}

impl From<TransactionPayer> for TerminalPayer {
    fn from(kept: TransactionPayer) -> Self {
        Self {
            first_name: kept.first_name,
            last_name: kept.last_name,
            company: kept.company,
            email: kept.email,
            phone: kept.phone,
            fax: kept.fax,
            address: Address {
                line1: kept.line1,
                line2: kept.line2,
                city: kept.city,
                state: kept.state,
                county: kept.county,
                postal_code: kept.postal_code,
                country: kept.country,
            },
        }
    }
}
