//! The threshold of the one-stop shop (TAX-06, directive 2006/112/EC, art. 59c): what was sold to private buyers of other members
//! in a calendar year and the one before, how near it is, and with which document it was exceeded.

use crate::kernel::call::Ctx;
use crate::kernel::query::Query;
use crate::kernel::{Answer, Call, Reply};
use crate::taxes::threshold::{Exceeding, Year, years};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::{Db, Outcome, settings};
use comptoir_domain::permissions::may;
use comptoir_domain::reports::read_year;
use comptoir_domain::taxes::{Oss, threshold_limit};
use comptoir_domain::{Check, Currency, InvoiceId, Money, Percent, Problem};
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

/// For which year.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OssThresholdQuery {
    /// The year.
    #[param(example = 2026)]
    year: i64,
}

/// Where a seller stands with the threshold.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OssThresholdView {
    /// The threshold, without VAT.
    pub limit: Money,
    /// Whether you go by it, as you have settled it.
    pub setting: Oss,
    /// Where the next private buyer of another member is taxed, by what was sold in the two years and what you have settled.
    pub next_sale: Oss,
    /// The year, and the one before.
    pub years: Vec<OssThresholdYearView>,
}

/// What was sold to private buyers of other members in a calendar year, without VAT, credit notes subtracted.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OssThresholdYearView {
    /// The year.
    pub year: i32,
    /// By currency.
    pub sums: Vec<Money>,
    /// All of it, each document at the rate that was known on its day, or else at the first one after it; null if a rate is missing.
    pub in_euro: Option<Money>,
    /// The part of the limit in per cent; null if a rate is missing.
    #[schema(value_type = Option<String>, example = "83.25")]
    pub share: Option<Percent>,
    /// Whether 80 per cent were reached, or all of it at any time.
    pub is_warning: bool,
    /// With which document it was exceeded, if so. What is credited later does not undo it.
    pub exceeded: Option<OssThresholdExceededView>,
    /// Currencies of which no rate is known: their sums are not counted.
    pub missing_rates: Vec<Currency>,
}

/// The document that exceeded the threshold.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OssThresholdExceededView {
    /// The day of issue.
    pub on: NaiveDate,
    /// The document.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: Option<String>,
}

/// Report on the threshold of the one-stop shop
///
/// Sales to private buyers of other member states in a calendar year and in the one before, against the 10 000 EUR up to which they
/// may be taxed where the seller is.
#[utoipa::path(tag = "reports", params(OssThresholdQuery), responses((status = 200, body = OssThresholdView, description = "Where you stand")))]
#[get("/v1/reports/oss-threshold")]
pub async fn report_oss_threshold(call: Call<may::ReadReports>, query: Query<OssThresholdQuery>) -> Answer {
    let view = call.read(move |db, ctx| report(db, ctx, query.0)).await?;
    Ok(Reply::ok(&view))
}

fn report(db: &mut Db, ctx: &Ctx, query: OssThresholdQuery) -> Outcome<OssThresholdView> {
    let mut check = Check::new();
    let year = read_year(&mut check, query.year);
    check.done()?;
    let setting = settings::read(db, ctx.scope)?.value.0.taxes.oss;
    let found = years(db, ctx, year)?;
    let is_exceeded = found.iter().any(|year| year.turnover.exceeded.is_some());
    let next_sale = if is_exceeded { Oss::Destination } else { setting };
    let years = found.into_iter().map(one_year).collect::<Result<_, Problem>>()?;
    Ok(OssThresholdView { limit: threshold_limit(), setting, next_sale, years })
}

fn one_year(found: Year) -> Result<OssThresholdYearView, Problem> {
    let is_whole = found.missing.is_empty();
    let sum = Money::round(found.turnover.sum, Currency::EUR)?;
    let share = Percent::new(found.turnover.percent().round_dp_with_strategy(2, MidpointAwayFromZero));
    let exceeded = |Exceeding { on, invoice, number }| OssThresholdExceededView { on, invoice_id: invoice, number };
    Ok(OssThresholdYearView {
        year: found.year,
        sums: found.sums,
        in_euro: is_whole.then_some(sum),
        share: share.ok().filter(|_| is_whole),
        is_warning: found.turnover.is_warning(),
        exceeded: found.turnover.exceeded.map(exceeded),
        missing_rates: found.missing.into_iter().collect(),
    })
}
