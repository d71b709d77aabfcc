//! Tables of rates that a seller can start from and be kept up to date by. They are data: a change of law is a new row of
//! the file, be it the built-in one or one of the seller's own. They are offered, never applied unasked: a seller charges
//! a tax where it is registered.

use super::{Area, Location, TaxRule, TaxStage};
use crate::{Country, Percent, Problem, Rate, Result, TaxRuleId};
use chrono::NaiveDate;
use serde::Deserialize;
use std::sync::LazyLock;

/// A rate of a place on some days, on the price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TabledTax {
    /// The country.
    pub country: Country,
    /// State or province; none for the whole country.
    pub state: Option<String>,
    /// As printed.
    pub name: String,
    /// How much.
    pub percent: Percent,
    /// The first day, if it is known.
    pub valid_from: Option<NaiveDate>,
    /// The last day: the one before the next rate begins.
    pub valid_to: Option<NaiveDate>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    country: Country,
    state: String,
    name: String,
    percent: Option<Percent>,
    valid_from: Option<NaiveDate>,
    #[allow(dead_code, reason = "for people")]
    source: String,
}

impl Row {
    fn is_of(&self, other: &Self) -> bool {
        (self.country, &self.state, &self.name) == (other.country, &other.state, &other.name)
    }
}

/// Reads a table. Refuses a line that cannot be read, by its number.
pub fn read_tax_table(text: &str) -> Result<Vec<TabledTax>> {
    let lines = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes()).into_deserialize();
    let rows = lines.collect::<Result<Vec<Row>, _>>();
    let rows = rows.map_err(|error| Problem::field("/table", "invalid_table", error.to_string()))?;
    let next = |row: &Row| {
        let later = rows.iter().filter(|other| other.is_of(row) && other.valid_from > row.valid_from);
        later.filter_map(|other| other.valid_from).min()
    };
    let tax = |row: &Row| {
        Some(TabledTax {
            country: row.country,
            state: Some(row.state.clone()).filter(|state| !state.is_empty()),
            name: row.name.clone(),
            percent: row.percent?,
            valid_from: row.valid_from,
            valid_to: next(row).and_then(|day| day.pred_opt()),
        })
    };
    Ok(rows.iter().filter_map(tax).collect())
}

/// A test makes sure that the file can be read.
static BUILT_IN: LazyLock<Vec<TabledTax>> =
    LazyLock::new(|| read_tax_table(include_str!("../../data/tax-rates.csv")).unwrap_or_default());

/// The built-in table: standard VAT rates of the European Union, taxes of Canada, VAT of Russia.
pub fn built_in_taxes() -> &'static [TabledTax] {
    &BUILT_IN
}

impl TabledTax {
    /// The row as a rule of one's own.
    pub fn rule(&self, id: TaxRuleId) -> TaxRule {
        TaxRule {
            id,
            name: self.name.clone(),
            location: self.location(),
            rate: Rate::Percent(self.percent),
            stage: TaxStage::OnPrice,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        }
    }

    fn location(&self) -> Location {
        Location { state: self.state.clone(), ..Location::of(Area::Country(self.country)) }
    }

    /// Whether a rule is this row, even if someone has ended it since.
    pub fn is(&self, rule: &TaxRule) -> bool {
        (&rule.name, &rule.rate, rule.valid_from) == (&self.name, &Rate::Percent(self.percent), self.valid_from)
            && rule.location == self.location()
    }

    /// Whether another row is of the same tax at another time.
    fn is_same_tax(&self, other: &Self) -> bool {
        (self.country, &self.state, &self.name) == (other.country, &other.state, &other.name)
    }
}

/// What brings the rules of a policy up to date.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refreshment<'a> {
    /// Rows of the table that are missing.
    pub missing: Vec<&'a TabledTax>,
    /// Rules that end on a day.
    pub ending: Vec<(TaxRuleId, NaiveDate)>,
}

/// Compares the rules of a policy with a table: taxes of which the policy has a row get those that are missing, and rows
/// that have ended are ended, unless someone has already. Other rules are the seller's own and stay as they are.
pub fn refresh<'a>(rules: &[TaxRule], table: &'a [TabledTax]) -> Refreshment<'a> {
    let mut all = Refreshment::default();
    for row in table {
        let Some(rule) = rules.iter().find(|rule| row.is(rule)) else {
            let mut others = table.iter().filter(|other| other.is_same_tax(row));
            if others.any(|other| rules.iter().any(|rule| other.is(rule))) {
                all.missing.push(row);
            }
            continue;
        };
        if let (None, Some(day)) = (rule.valid_to, row.valid_to) {
            all.ending.push((rule.id, day));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Id};

    fn id(number: u128) -> TaxRuleId {
        TaxRuleId::from_uuid(uuid::Uuid::from_u128(number))
    }

    const OLD: &str = "country,state,name,percent,valid_from,source\nFR,,VAT,20,,law\nDE,,VAT,19,,law\n";

    /// A law of tomorrow is a row more.
    #[test]
    fn a_new_row_ends_the_one_before() {
        let table = read_tax_table(&format!("{OLD}FR,,VAT,21,2027-01-01,law\nFR,,VAT,,2030-07-01,law\n")).unwrap();
        let rows: Vec<_> = table
            .iter()
            .map(|row| (row.country.as_str(), row.percent.to_string(), row.valid_from, row.valid_to))
            .collect();
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let want = [
            ("FR", "20".to_string(), None, day("2026-12-31")),
            ("DE", "19".to_string(), None, None),
            ("FR", "21".to_string(), day("2027-01-01"), day("2030-06-30")),
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn a_policy_follows_its_table_and_keeps_what_is_its_own() {
        let old = read_tax_table(OLD).unwrap();
        let new = read_tax_table(&format!("{OLD}FR,,VAT,21,2027-01-01,law\nAT,,VAT,20,,law\n")).unwrap();
        let mut own = old[0].rule(id(2));
        own.rate = Rate::Percent("5.5".parse().unwrap());
        let rules = [old[0].rule(id(1)), own.clone()];
        let found = refresh(&rules, &new);
        assert_eq!(found.missing, [&new[2]]);
        assert_eq!(found.ending, [(id(1), "2026-12-31".parse().unwrap())]);
        // once is enough; and rates that are all one's own get nothing of the table
        let mut ended = rules[0].clone();
        ended.valid_to = Some("2026-12-31".parse().unwrap());
        assert_eq!(refresh(&[ended, new[2].rule(id(3))], &new), Refreshment::default());
        assert_eq!(refresh(&[own], &new), Refreshment::default());
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused() {
        for wrong in [
            "",
            "country\nFR\n",
            &format!("{OLD}XX,,VAT,1,,law\n"),
            &format!("{OLD}FR,,VAT,many,,law\n"),
            &format!("{OLD}FR,,VAT\n"),
        ] {
            let found = read_tax_table(wrong).map_err(|problem| (problem.code, problem.fields[0].pointer.clone()));
            assert!(found == Ok(Vec::new()) || found == Err((Code::ValidationFailed, "/table".into())), "{found:?}");
            assert_eq!(found.is_ok(), wrong.is_empty(), "{wrong}");
        }
    }

    /// Russia: 20 % until the end of 2025, 22 % since (law 425-FZ).
    #[test]
    fn the_built_in_file_is_read() {
        let russia: Vec<_> = built_in_taxes().iter().filter(|row| row.country.as_str() == "RU").collect();
        let table: Vec<_> =
            russia.iter().map(|row| (row.percent.to_string(), row.valid_to.map(|day| day.to_string()))).collect();
        assert_eq!(table, [("20".to_string(), Some("2025-12-31".to_string())), ("22".to_string(), None)]);
    }
}
