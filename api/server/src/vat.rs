//! Who is asked about VAT numbers, by environment and flags.

use clap::{Args, ValueEnum};
use comptoir_app::VatRoute;
use comptoir_connectors::vat::vies;

/// Options of the check of VAT numbers.
#[derive(Args, Clone)]
pub struct VatOptions {
    /// Who is asked about the VAT numbers of businesses in other members of the European Union
    #[arg(long, env = "COMPTOIR_VAT_CHECK", value_enum, default_value_t = Asked::None)]
    vat_check: Asked,
    /// Where VIES is
    #[arg(long, env = "COMPTOIR_VIES_URL", default_value = vies::ADDRESS)]
    vies_url: String,
}

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Asked {
    /// Nobody: what is not confirmed is taxed, unless the seller's settings say otherwise.
    None,
    /// Nobody, but there are answers, for trying things out.
    Fake,
    /// The members themselves, through VIES.
    Vies,
}

impl VatOptions {
    /// Who is asked.
    pub fn route(self) -> VatRoute {
        match self.vat_check {
            Asked::None => VatRoute::Nobody,
            Asked::Fake => VatRoute::Fake,
            Asked::Vies => VatRoute::Vies(self.vies_url),
        }
    }
}
