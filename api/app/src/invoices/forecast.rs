//! What a client will be invoiced if nothing changes (INV-14): the decisions of the runs to come, made now. Reads only.

use crate::events::foresee::ForeseenInvoiceView;
use crate::invoices::generate::AHEAD;
use crate::invoices::reach::Reach;
use crate::invoices::renew::{is_run, work_out};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Query, Reply};
use actix_web::get;
use chrono::{Months, NaiveDate};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, clients, settings, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::settings::BillingSettings;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, Code, Currency, Money, Problem, SubscriptionId};
use std::collections::BTreeMap;

/// How far one looks without saying so.
const A_YEAR: Months = Months::new(12);

/// How far to look.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForecastQuery {
    /// Invoices that would be issued on this day or earlier: from today on, at most 36 months ahead; a year if absent.
    until: Option<NaiveDate>,
}

/// A subscription that a forecast looks at.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ForecastSubscriptionView {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// The domain name, or the plan's name.
    pub name: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Whether runs invoice it as it stands; if not, nothing of it is in the forecast.
    pub is_invoiced: bool,
    /// The first day after it ends, if that is known: nothing is charged from it on.
    pub ends_on: Option<NaiveDate>,
}

/// The invoices to come.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ForecastView {
    /// Whose.
    pub client_id: ClientId,
    /// The last day that was looked at.
    pub until: NaiveDate,
    /// By the day on which they would be issued; taxes are those of that day, as far as they are known.
    pub invoices: Vec<ForeseenInvoiceView>,
    /// What they come to with taxes, one sum for each currency.
    pub amounts: Vec<Money>,
    /// What was looked at: all subscriptions that have not ended.
    pub subscriptions: Vec<ForecastSubscriptionView>,
}

/// Forecast a client's invoices
///
/// What the billing runs would issue if nothing changed: subscriptions end when they are to end, and what is suspended now
/// stays so.
#[utoipa::path(tag = "invoices", params(("id" = ClientId, Path), ForecastQuery), responses((status = 200, body = ForecastView, description = "The invoices to come")))]
#[get("/v1/clients/{id}/forecast")]
pub async fn forecast_client(call: Call<may::ReadInvoices>, id: Id<ClientId>, query: Query<ForecastQuery>) -> Answer {
    call.read(move |db, ctx| Ok(Reply::ok(&forecast(db, ctx, id.0, query.0.until)?))).await
}

/// Forecast your invoices
///
/// What you would be invoiced if nothing changed.
#[utoipa::path(tag = "me", params(ForecastQuery), responses((status = 200, body = ForecastView, description = "The invoices to come")))]
#[get("/v1/me/forecast")]
pub async fn forecast_me(call: Call<may::Own>, query: Query<ForecastQuery>) -> Answer {
    let (_, client) = call.ctx().client()?;
    call.read(move |db, ctx| Ok(Reply::ok(&forecast(db, ctx, client, query.0.until)?))).await
}

fn forecast(db: &mut Db, ctx: &Ctx, client_id: ClientId, until: Option<NaiveDate>) -> Outcome<ForecastView> {
    let client = clients::find(db, ctx.scope, client_id)?;
    let until = last_day(ctx.today(), until)?;
    let billing = settings::read(db, ctx.scope)?.value.0.billing;
    let live = subscriptions::live_of_client(db, ctx.scope, client_id)?;
    let looked_at = live.iter().map(|row| subscription_view(row, &billing)).collect();
    let due = live.into_iter().filter(|row| row.next_invoice_on.is_some_and(|day| day <= until)).collect();
    let mut invoices = work_out(db, ctx, vec![client], due, &Reach::Day(until))?.views();
    invoices.sort_by_key(|invoice| invoice.issued_on);
    let mut amounts: BTreeMap<Currency, Money> = BTreeMap::new();
    for gross in invoices.iter().map(|invoice| invoice.totals.gross) {
        let sum = amounts.entry(gross.currency()).or_insert(Money::zero(gross.currency()));
        *sum = sum.plus(gross).map_err(Problem::from)?;
    }
    Ok(ForecastView { client_id, until, invoices, amounts: amounts.into_values().collect(), subscriptions: looked_at })
}

fn last_day(today: NaiveDate, until: Option<NaiveDate>) -> Result<NaiveDate, Problem> {
    let ahead = |months| today.checked_add_months(months).unwrap_or(today);
    let until = until.unwrap_or(ahead(A_YEAR));
    if (today..=ahead(AHEAD)).contains(&until) {
        return Ok(until);
    }
    let problem = Problem::new(Code::InvalidParameter, "see errors");
    Err(problem.at("?until", "out_of_range", "from today to 36 months ahead"))
}

fn subscription_view(row: &SubscriptionRow, billing: &BillingSettings) -> ForecastSubscriptionView {
    ForecastSubscriptionView {
        subscription_id: row.id,
        name: row.name.clone(),
        status: row.status,
        is_invoiced: is_run(row, billing),
        ends_on: row.ends_on,
    }
}
