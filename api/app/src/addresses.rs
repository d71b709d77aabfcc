//! Postal addresses, as sellers and clients have them.

use crate::kernel::Change;
use comptoir_domain::taxes::Place;
use comptoir_domain::{Check, Country, Locale};

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"line1": "1 rue de la Paix", "line2": "", "city": "Lyon", "state": "", "county": "", "postal_code": "69001", "country": "FR"}))]
pub struct Address {
    /// Street and number.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub line1: String,
    /// Whatever else the post needs.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub line2: String,
    /// The town.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub city: String,
    /// State or province, where taxes or the post ask for it: `NY`, `QC`.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub state: String,
    /// The county within the state, where taxes ask for it: `Kings`.
    #[serde(default)] // frozen documents from before counties have none
    #[schema(max_length = 80)]
    pub county: String,
    /// The postal code.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub postal_code: String,
    /// The country.
    pub country: Country,
}

impl Address {
    /// Notes what is wrong below `pointer`.
    pub fn check(&self, check: &mut Check, pointer: &str) {
        check.text(&format!("{pointer}/line1"), &self.line1, 0..=120);
        check.text(&format!("{pointer}/line2"), &self.line2, 0..=120);
        check.text(&format!("{pointer}/city"), &self.city, 0..=80);
        check.text(&format!("{pointer}/state"), &self.state, 0..=40);
        check.text(&format!("{pointer}/county"), &self.county, 0..=80);
        check.text(&format!("{pointer}/postal_code"), &self.postal_code, 0..=20);
    }
}

/// Changes of an address: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressPatch {
    /// Street and number.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub line1: Change<String>,
    /// Whatever else the post needs.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub line2: Change<String>,
    /// The town.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub city: Change<String>,
    /// State or province.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub state: Change<String>,
    /// The county within the state.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub county: Change<String>,
    /// The postal code.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub postal_code: Change<String>,
    /// The country.
    #[serde(default)]
    #[schema(value_type = Country, required = false)]
    pub country: Change<Country>,
}

impl AddressPatch {
    /// The address with the changes.
    pub fn apply(self, mut address: Address) -> Address {
        self.line1.apply(&mut address.line1);
        self.line2.apply(&mut address.line2);
        self.city.apply(&mut address.city);
        self.state.apply(&mut address.state);
        self.county.apply(&mut address.county);
        self.postal_code.apply(&mut address.postal_code);
        self.country.apply(&mut address.country);
        address
    }
}

impl Address {
    /// Where taxes find it.
    pub fn place(self) -> Place {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Place { country: self.country, state: given(self.state), city: given(self.city), county: given(self.county) }
    }

    /// As it stands on a letter, line by line, with the country in the reader's language.
    pub fn lines(&self, locale: Locale) -> Vec<String> {
        let town = format!("{} {}", self.postal_code, self.city);
        let texts =
            [&self.line1, &self.line2, &town, &self.state, self.country.name_in(locale)].map(|text| text.trim());
        texts.into_iter().filter(|text| !text.is_empty()).map(String::from).collect()
    }
}

/// A row with the seven columns of an address.
pub trait Addressed {
    /// The address in the row.
    fn address(&self) -> Address;
    /// Writes an address into the row.
    fn set_address(&mut self, address: Address);
}

macro_rules! addressed {
    ($($row:ty),+) => { $(
        impl Addressed for $row {
            fn address(&self) -> Address {
                Address {
                    line1: self.address_line1.clone(),
                    line2: self.address_line2.clone(),
                    city: self.city.clone(),
                    state: self.state.clone(),
                    county: self.county.clone(),
                    postal_code: self.postal_code.clone(),
                    country: self.country,
                }
            }

            fn set_address(&mut self, address: Address) {
                self.address_line1 = address.line1;
                self.address_line2 = address.line2;
                self.city = address.city;
                self.state = address.state;
                self.county = address.county;
                self.postal_code = address.postal_code;
                self.country = address.country;
            }
        }
    )+ };
}

addressed!(comptoir_db::sellers::SellerRow, comptoir_db::clients::ClientRow);
