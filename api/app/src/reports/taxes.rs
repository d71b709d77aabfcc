//! The taxes of a period by jurisdiction (TAX-05). They add up to the taxes of the documents issued in it.

use super::csv;
use crate::kernel::call::Ctx;
use crate::kernel::query::Query;
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::taxes::rules::{self, TaxRuleRow};
use comptoir_db::{Db, Failure, Outcome, reports};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::TaxNote;
use comptoir_domain::{Check, Country, Currency, Money, Problem, Rate, TaxPolicyId, TaxRuleId};
use std::collections::{BTreeMap, HashMap};

/// For which period.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaxReportQuery {
    /// The first day of issue.
    #[param(example = "2026-01-01")]
    from: NaiveDate,
    /// The last day of issue.
    #[param(example = "2026-03-31")]
    to: NaiveDate,
}

/// The taxes of a period.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxReportView {
    /// The first day of issue.
    pub from: NaiveDate,
    /// The last day of issue.
    pub to: NaiveDate,
    /// By jurisdiction, policy, rule, rate and currency.
    pub taxes: Vec<TaxReportItemView>,
    /// All taxes of each currency together.
    pub totals: Vec<Money>,
}

/// What one tax came to; credit notes are subtracted.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TaxReportItemView {
    /// Whose tax it is.
    pub country: Country,
    /// The state or province, if it is a tax of one; empty for a tax of the country.
    pub state: String,
    /// The county, if it is a tax of one.
    pub county: String,
    /// The city, if it is a tax of one.
    pub city: String,
    /// The policy.
    pub tax_policy_id: TaxPolicyId,
    /// The rule; null where nothing was charged because of the note.
    pub tax_rule_id: Option<TaxRuleId>,
    /// As printed.
    pub name: String,
    /// How much of the base, or an amount for each line.
    pub rate: Rate,
    /// Why nothing was charged, if so.
    pub note: Option<TaxNote>,
    /// What it was levied on.
    pub base: Money,
    /// What it came to.
    pub tax: Money,
}

/// Report taxes
///
/// From the documents issued in a period: what was levied on, and what it came to, by jurisdiction, policy, rule and rate.
#[utoipa::path(tag = "reports", params(TaxReportQuery), responses((status = 200, body = TaxReportView, description = "The taxes of the period")))]
#[get("/v1/reports/taxes")]
pub async fn report_taxes(call: Call<may::ReadReports>, query: Query<TaxReportQuery>) -> Answer {
    let TaxReportQuery { from, to } = query.0;
    let taxes = call.read(move |db, ctx| items(db, ctx, query.0)).await?;
    let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
    for item in &taxes {
        let sum = totals.entry(item.tax.currency()).or_insert(Money::zero(item.tax.currency()));
        *sum = sum.plus(item.tax).map_err(Problem::from)?;
    }
    Ok(Reply::ok(&TaxReportView { from, to, taxes, totals: totals.into_values().collect() }))
}

#[derive(serde::Serialize)]
struct CsvRow {
    country: Country,
    state: String,
    county: String,
    city: String,
    name: String,
    rate: String,
    note: Option<TaxNote>,
    currency: Currency,
    base: String,
    tax: String,
}

/// Report taxes as CSV
#[utoipa::path(tag = "reports", params(TaxReportQuery), responses((status = 200, body = String, content_type = "text/csv", description = "The taxes of the period, a row each")))]
#[get("/v1/reports/taxes.csv")]
pub async fn report_taxes_as_csv(call: Call<may::ReadReports>, query: Query<TaxReportQuery>) -> Answer {
    let items = call.read(move |db, ctx| items(db, ctx, query.0)).await?;
    let row = |item: TaxReportItemView| CsvRow {
        rate: match item.rate {
            Rate::Percent(percent) => percent.to_string(),
            Rate::Fixed(amount) => amount.to_string(),
        },
        currency: item.tax.currency(),
        base: item.base.decimal().to_string(),
        tax: item.tax.decimal().to_string(),
        country: item.country,
        state: item.state,
        county: item.county,
        city: item.city,
        name: item.name,
        note: item.note,
    };
    Ok(csv(&items.into_iter().map(row).collect::<Vec<_>>()))
}

fn items(db: &mut Db, ctx: &Ctx, period: TaxReportQuery) -> Outcome<Vec<TaxReportItemView>> {
    let mut check = Check::new();
    check.ensure(period.from <= period.to, "?to", "before_start", "not before from");
    check.done()?;
    let sums = reports::taxes(db, ctx.scope, (period.from, period.to), None)?;
    let rule = |text: &str| text.parse::<TaxRuleId>().map_err(|error| Failure::Corrupt(error.to_string()));
    let ids = sums.iter().filter_map(|sum| sum.rule.as_deref()).map(rule).collect::<Outcome<Vec<_>>>()?;
    let rules: HashMap<TaxRuleId, TaxRuleRow> =
        rules::some(db, ctx.scope, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let item = |sum: reports::TaxSum| {
        let tax_rule_id = sum.rule.as_deref().map(rule).transpose()?;
        // a rule that was deleted since was never right: its place is not known any more
        let known = tax_rule_id.and_then(|id| rules.get(&id));
        let part = |part: fn(&TaxRuleRow) -> &String| known.map(part).cloned().unwrap_or_default();
        Ok(TaxReportItemView {
            country: sum.country,
            state: part(|rule| &rule.state),
            county: part(|rule| &rule.county),
            city: part(|rule| &rule.city),
            tax_policy_id: sum.policy.parse().map_err(|_| Failure::Corrupt(format!("{} in a tax", sum.policy)))?,
            tax_rule_id,
            name: sum.name,
            rate: sum.rate,
            note: sum.note,
            base: Money::from_minor(sum.base_minor, sum.currency),
            tax: Money::from_minor(sum.tax_minor, sum.currency),
        })
    };
    sums.into_iter().map(item).collect()
}
