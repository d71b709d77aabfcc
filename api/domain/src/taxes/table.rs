//! Rates that a seller can start from: the EU's standard VAT rates and Canada's sales taxes, all on the price.
//!
//! The table begins with the rates in force before the latest change of each place. They are offered, never applied
//! unasked: a seller charges a tax where it is registered.

use super::{Area, Location, TaxRule, TaxStage};
use crate::{Country, Percent, Problem, Rate, Result, TaxRuleId};
use chrono::NaiveDate;

/// One row: place, name, rate, and the days if they are known to be limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BuiltInTax {
    /// Country code.
    pub country: &'static str,
    /// State or province; none for the whole country.
    pub state: Option<&'static str>,
    /// As printed.
    pub name: &'static str,
    /// In per cent.
    pub percent: &'static str,
    /// First day, `2025-07-01`.
    pub from: Option<&'static str>,
    /// Last day.
    pub to: Option<&'static str>,
}

const fn vat(country: &'static str, percent: &'static str) -> BuiltInTax {
    BuiltInTax { country, state: None, name: "VAT", percent, from: None, to: None }
}

const fn canada(state: &'static str, name: &'static str, percent: &'static str) -> BuiltInTax {
    BuiltInTax { country: "CA", state: Some(state), name, percent, from: None, to: None }
}

const fn until(row: BuiltInTax, to: &'static str) -> BuiltInTax {
    BuiltInTax { to: Some(to), ..row }
}

const fn since(row: BuiltInTax, from: &'static str) -> BuiltInTax {
    BuiltInTax { from: Some(from), ..row }
}

/// Sources: national VAT laws as listed by the Commission (standard rates), Canada Revenue Agency and Revenu Québec.
pub const BUILT_IN: &[BuiltInTax] = &[
    vat("AT", "20"),
    vat("BE", "21"),
    vat("BG", "20"),
    vat("CY", "19"),
    vat("CZ", "21"),
    vat("DE", "19"),
    vat("DK", "25"),
    until(vat("EE", "22"), "2025-06-30"),
    since(vat("EE", "24"), "2025-07-01"),
    vat("ES", "21"),
    until(vat("FI", "24"), "2024-08-31"),
    since(vat("FI", "25.5"), "2024-09-01"),
    vat("FR", "20"),
    vat("GR", "24"),
    vat("HR", "25"),
    vat("HU", "27"),
    vat("IE", "23"),
    vat("IT", "22"),
    vat("LT", "21"),
    vat("LU", "17"),
    vat("LV", "21"),
    vat("MC", "20"),
    vat("MT", "18"),
    vat("NL", "21"),
    vat("PL", "23"),
    vat("PT", "23"),
    until(vat("RO", "19"), "2025-07-31"),
    since(vat("RO", "21"), "2025-08-01"),
    vat("SE", "25"),
    vat("SI", "22"),
    until(vat("SK", "20"), "2024-12-31"),
    since(vat("SK", "23"), "2025-01-01"),
    canada("AB", "GST", "5"),
    canada("BC", "GST", "5"),
    canada("BC", "PST", "7"),
    canada("MB", "GST", "5"),
    canada("MB", "RST", "7"),
    canada("NB", "HST", "15"),
    canada("NL", "HST", "15"),
    until(canada("NS", "HST", "15"), "2025-03-31"),
    since(canada("NS", "HST", "14"), "2025-04-01"),
    canada("NT", "GST", "5"),
    canada("NU", "GST", "5"),
    canada("ON", "HST", "13"),
    canada("PE", "HST", "15"),
    canada("QC", "GST", "5"),
    canada("QC", "QST", "9.975"),
    canada("SK", "GST", "5"),
    canada("SK", "PST", "6"),
    canada("YT", "GST", "5"),
];

impl BuiltInTax {
    /// The row as a rule of one's own.
    pub fn rule(&self, id: TaxRuleId) -> Result<TaxRule> {
        let country: Country = self.country.parse().map_err(wrong)?;
        let percent: Percent = self.percent.parse().map_err(wrong)?;
        let day = |text: Option<&str>| text.map(|text| text.parse::<NaiveDate>().map_err(wrong)).transpose();
        Ok(TaxRule {
            id,
            name: self.name.into(),
            location: Location { state: self.state.map(Into::into), ..Location::of(Area::Country(country)) },
            rate: Rate::Percent(percent),
            stage: TaxStage::OnPrice,
            valid_from: day(self.from)?,
            valid_to: day(self.to)?,
        })
    }
}

fn wrong(error: impl std::fmt::Display) -> Problem {
    Problem::new(crate::Code::Internal, format!("the table of built-in taxes: {error}"))
}
