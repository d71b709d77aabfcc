//! What is declared through the one-stop shop (TAX-06): by member state and rate, for a quarter. A credit note on a
//! document of an earlier quarter corrects the return of that quarter, by member state.

use super::csv;
use super::euro::{AppliedRateView, Euro, total};
use crate::kernel::call::Ctx;
use crate::kernel::query::Query;
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_db::reports::TaxSum;
use comptoir_db::{Db, Outcome, reports, sellers};
use comptoir_domain::permissions::may;
use comptoir_domain::reports::Quarter;
use comptoir_domain::taxes::is_in_one_stop_shop;
use comptoir_domain::{Country, Currency, Money, Percent, Problem, Rate};
use std::collections::{BTreeMap, BTreeSet};

/// For which quarter.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OssReportQuery {
    /// The year.
    #[param(example = 2026)]
    year: i64,
    /// From 1 to 4.
    #[param(minimum = 1, maximum = 4, example = 1)]
    quarter: i64,
}

/// What is declared for a quarter. The return is in euro, at the rate of the last day of the quarter, or the next one that was
/// published; a correction at the rate of the quarter that it corrects.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OssReportView {
    /// The quarter.
    pub period: Quarter,
    /// What was supplied, by member state and rate.
    pub supplies: Vec<OssSupplyView>,
    /// What corrects earlier returns, by quarter and member state.
    pub corrections: Vec<OssCorrectionView>,
    /// All VAT, corrections included; null if a rate is missing.
    pub tax_in_euro: Option<Money>,
    /// The rates by which amounts became euro.
    pub rates: Vec<AppliedRateView>,
    /// Currencies whose rate is missing: enter it, and the sums in euro are there.
    pub missing_rates: Vec<Currency>,
}

/// What was supplied to private buyers of a member state at one rate.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct OssSupplyView {
    /// The member state.
    pub country: Country,
    /// In per cent.
    #[schema(value_type = String, example = "25.5")]
    pub percent: Percent,
    /// Without VAT.
    pub base: Money,
    /// The VAT.
    pub tax: Money,
    /// Without VAT, in euro; null if the rate is missing.
    pub base_in_euro: Option<Money>,
    /// The VAT in euro; null if the rate is missing.
    pub tax_in_euro: Option<Money>,
}

/// What corrects the return of an earlier quarter.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct OssCorrectionView {
    /// The quarter.
    pub period: Quarter,
    /// The member state.
    pub country: Country,
    /// The VAT; below nothing if there was too much.
    pub tax: Money,
    /// The VAT in euro; null if the rate is missing.
    pub tax_in_euro: Option<Money>,
}

/// Report for the one-stop shop
///
/// From the documents issued in the quarter, in their currencies and in euro, at the exchange rates that were entered.
#[utoipa::path(tag = "reports", params(OssReportQuery), responses((status = 200, body = OssReportView, description = "What is declared")))]
#[get("/v1/reports/oss")]
pub async fn report_oss(call: Call<may::ReadReports>, query: Query<OssReportQuery>) -> Answer {
    let view = call.read(move |db, ctx| report(db, ctx, query.0)).await?;
    Ok(Reply::ok(&view))
}

#[derive(serde::Serialize)]
struct CsvRow {
    year: i32,
    quarter: u32,
    kind: &'static str,
    country: Country,
    percent: Option<Percent>,
    currency: Currency,
    base: Option<String>,
    tax: String,
    base_in_euro: Option<String>,
    tax_in_euro: Option<String>,
}

/// Report for the one-stop shop as CSV
///
/// Supplies first, then corrections with the quarter that they correct.
#[utoipa::path(tag = "reports", params(OssReportQuery), responses((status = 200, body = String, content_type = "text/csv", description = "What is declared, a row each")))]
#[get("/v1/reports/oss.csv")]
pub async fn report_oss_as_csv(call: Call<may::ReadReports>, query: Query<OssReportQuery>) -> Answer {
    let view = call.read(move |db, ctx| report(db, ctx, query.0)).await?;
    let Quarter { year, quarter } = view.period;
    let text = |amount: Option<Money>| amount.map(|amount| amount.decimal().to_string());
    let supply = |one: OssSupplyView| CsvRow {
        year,
        quarter,
        kind: "supply",
        country: one.country,
        percent: Some(one.percent),
        currency: one.tax.currency(),
        base: Some(one.base.decimal().to_string()),
        tax: one.tax.decimal().to_string(),
        base_in_euro: text(one.base_in_euro),
        tax_in_euro: text(one.tax_in_euro),
    };
    let correction = |one: OssCorrectionView| CsvRow {
        year: one.period.year,
        quarter: one.period.quarter,
        kind: "correction",
        country: one.country,
        percent: None,
        currency: one.tax.currency(),
        base: None,
        tax: one.tax.decimal().to_string(),
        base_in_euro: None,
        tax_in_euro: text(one.tax_in_euro),
    };
    let rows = view.supplies.into_iter().map(supply).chain(view.corrections.into_iter().map(correction));
    Ok(csv(&rows.collect::<Vec<_>>()))
}

fn report(db: &mut Db, ctx: &Ctx, query: OssReportQuery) -> Outcome<OssReportView> {
    let period = Quarter::new(query.year, query.quarter)?;
    let (first, last) = (period.first_day(), period.last_day());
    let seller = sellers::own(db, ctx.scope)?.country;
    let sums = reports::taxes(db, ctx.scope, (first, last), Some(first))?;
    let mut supplies: BTreeMap<(Country, Percent, Currency), (Money, Money)> = BTreeMap::new();
    let mut corrections: BTreeMap<(Quarter, Country, Currency), Money> = BTreeMap::new();
    for TaxSum { country, rate, note, currency, corrects, base_minor, tax_minor, .. } in sums {
        let Rate::Percent(percent) = rate else { continue };
        if note.is_some() || !is_in_one_stop_shop(seller, country, last) {
            continue;
        }
        let (base, tax) = (Money::from_minor(base_minor, currency), Money::from_minor(tax_minor, currency));
        let nothing = Money::zero(currency);
        if let Some(day) = corrects {
            let sum = corrections.entry((Quarter::of(day), country, currency)).or_insert(nothing);
            *sum = sum.plus(tax).map_err(Problem::from)?;
        } else {
            let sums = supplies.entry((country, percent, currency)).or_insert((nothing, nothing));
            *sums = (sums.0.plus(base).map_err(Problem::from)?, sums.1.plus(tax).map_err(Problem::from)?);
        }
    }
    let mut last_days: BTreeSet<_> = corrections.keys().map(|(period, ..)| period.last_day()).collect();
    last_days.insert(last);
    let mut euro = Euro::load(db, ctx, &Vec::from_iter(last_days))?;
    let supplies = supplies.into_iter().map(|((country, percent, _), (base, tax))| {
        let (base_in_euro, tax_in_euro) = (euro.of(last, base)?, euro.of(last, tax)?);
        Ok(OssSupplyView { country, percent, base, tax, base_in_euro, tax_in_euro })
    });
    let supplies = supplies.collect::<Outcome<Vec<_>>>()?;
    let corrections = corrections.into_iter().map(|((period, country, _), tax)| {
        Ok(OssCorrectionView { period, country, tax, tax_in_euro: euro.of(period.last_day(), tax)? })
    });
    let corrections = corrections.collect::<Outcome<Vec<_>>>()?;
    let taxes = supplies.iter().map(|one| one.tax_in_euro).chain(corrections.iter().map(|one| one.tax_in_euro));
    let tax_in_euro = total(taxes)?;
    let (rates, missing_rates) = (euro.applied(), euro.missing());
    Ok(OssReportView { period, supplies, corrections, tax_in_euro, rates, missing_rates })
}
