//! The recapitulative statement (TAX-04, TAX-05): what each business of another member owes the VAT for itself (directive
//! 2006/112/EC, art. 262 to 264), by the VAT number on the documents. A credit note subtracts in the period in which it was issued.

use super::csv;
use super::euro::{AppliedRateView, Euro, total};
use crate::kernel::call::Ctx;
use crate::kernel::query::Query;
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_db::reports::EcSale;
use comptoir_db::{Db, Outcome, reports};
use comptoir_domain::permissions::may;
use comptoir_domain::reports::EcSalesPeriod;
use comptoir_domain::{Currency, Money, Problem};
use std::collections::BTreeMap;

/// For which period: a quarter or a month.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EcSalesListQuery {
    /// The year.
    #[param(example = 2026)]
    year: i64,
    /// From 1 to 4.
    #[param(minimum = 1, maximum = 4, example = 1)]
    quarter: Option<i64>,
    /// From 1 to 12.
    #[param(minimum = 1, maximum = 12, example = 3)]
    month: Option<i64>,
}

/// What is stated for a period.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EcSalesListView {
    /// The quarter or month.
    pub period: EcSalesPeriod,
    /// By VAT number and currency; all are services.
    pub customers: Vec<EcSalesCustomerView>,
    /// All of each currency together.
    pub totals: Vec<Money>,
    /// All in euro; null if a rate is missing.
    pub total_in_euro: Option<Money>,
    /// The rates by which amounts became euro: those of the last day of the period, or the next ones that were published.
    pub rates: Vec<AppliedRateView>,
    /// Currencies whose rate is missing.
    pub missing_rates: Vec<Currency>,
}

/// What was supplied to one business in one currency.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct EcSalesCustomerView {
    /// As on the documents, the prefix of the member first; null where they bear none: it was taken from the client before they
    /// were issued.
    #[schema(example = "ATU13585627")]
    pub vat_number: Option<String>,
    /// Without VAT, credit notes subtracted.
    pub net: Money,
    /// The same in euro; null if the rate is missing.
    pub net_in_euro: Option<Money>,
    /// How many invoices and credit notes it is the sum of.
    #[schema(minimum = 1)]
    pub documents: i64,
}

/// Report for the recapitulative statement
///
/// The EC sales list: what was supplied under the reverse charge to businesses of other member states, by their VAT numbers, from
/// the documents issued in the period.
#[utoipa::path(tag = "reports", params(EcSalesListQuery), responses((status = 200, body = EcSalesListView, description = "What is stated")))]
#[get("/v1/reports/ec-sales-list")]
pub async fn report_ec_sales_list(call: Call<may::ReadReports>, query: Query<EcSalesListQuery>) -> Answer {
    let view = call.read(move |db, ctx| report(db, ctx, query.0)).await?;
    Ok(Reply::ok(&view))
}

#[derive(serde::Serialize)]
struct CsvRow {
    year: i32,
    quarter: Option<u32>,
    month: Option<u32>,
    vat_number: Option<String>,
    currency: Currency,
    net: String,
    net_in_euro: Option<String>,
    documents: i64,
}

/// Report for the recapitulative statement as CSV
#[utoipa::path(tag = "reports", params(EcSalesListQuery), responses((status = 200, body = String, content_type = "text/csv", description = "What is stated, a row for each VAT number and currency")))]
#[get("/v1/reports/ec-sales-list.csv")]
pub async fn report_ec_sales_list_as_csv(call: Call<may::ReadReports>, query: Query<EcSalesListQuery>) -> Answer {
    let view = call.read(move |db, ctx| report(db, ctx, query.0)).await?;
    let EcSalesPeriod { year, quarter, month } = view.period;
    let row = |one: EcSalesCustomerView| CsvRow {
        year,
        quarter,
        month,
        vat_number: one.vat_number,
        currency: one.net.currency(),
        net: one.net.decimal().to_string(),
        net_in_euro: one.net_in_euro.map(|net| net.decimal().to_string()),
        documents: one.documents,
    };
    Ok(csv(&view.customers.into_iter().map(row).collect::<Vec<_>>()))
}

fn report(db: &mut Db, ctx: &Ctx, query: EcSalesListQuery) -> Outcome<EcSalesListView> {
    let period = EcSalesPeriod::new(query.year, query.quarter, query.month)?;
    let sales = reports::ec_sales(db, ctx.scope, (period.first_day(), period.last_day()))?;
    let mut euro = Euro::load(db, ctx, &[period.last_day()])?;
    let customers = sales.into_iter().map(|EcSale { vat_number, currency, documents, net_minor }| {
        let net = Money::from_minor(net_minor, currency);
        Ok(EcSalesCustomerView { vat_number, net, net_in_euro: euro.of(period.last_day(), net)?, documents })
    });
    let customers = customers.collect::<Outcome<Vec<_>>>()?;
    let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
    for EcSalesCustomerView { net, .. } in &customers {
        let sum = totals.entry(net.currency()).or_insert(Money::zero(net.currency()));
        *sum = sum.plus(*net).map_err(Problem::from)?;
    }
    let total_in_euro = total(customers.iter().map(|one| one.net_in_euro))?;
    let (totals, rates, missing_rates) = (totals.into_values().collect(), euro.applied(), euro.missing());
    Ok(EcSalesListView { period, customers, totals, total_in_euro, rates, missing_rates })
}
