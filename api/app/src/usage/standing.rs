//! What a subscription has used in a month, and what that costs.

use crate::kernel::call::Ctx;
use crate::kernel::query::Query;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::usage::terms::{Contracts, lifetime};
use crate::usage::views::{OveruseChargeView, ResourceUsageView, SubscriptionUsageView};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::usage::{self, UsageMonthRow, UsageRecordRow};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::hosting::Properties;
use comptoir_domain::permissions::may;
use comptoir_domain::usage::{Record, Resource, Terms, begun_units, standing, used};
use comptoir_domain::{Currency, Money, Problem, SubscriptionId};
use rust_decimal::Decimal;

/// Which month.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubscriptionUsageQuery {
    /// The month that holds this day; the present one if absent.
    on: Option<NaiveDate>,
}

/// Get what a subscription uses
#[utoipa::path(tag = "usage", params(("id" = SubscriptionId, Path), SubscriptionUsageQuery), responses((status = 200, body = SubscriptionUsageView, description = "A month")))]
#[get("/v1/subscriptions/{id}/usage")]
pub async fn get_subscription_usage(
    call: Call<may::ReadUsage>,
    id: Id<SubscriptionId>,
    query: Query<SubscriptionUsageQuery>,
) -> Answer {
    call.read(move |db, ctx| {
        let row = subscriptions::find(db, ctx.scope, id.0)?;
        Ok(Reply::ok(&view(db, ctx, row, query.0.on)?))
    })
    .await
}

/// Get what one of your subscriptions uses
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), SubscriptionUsageQuery), responses((status = 200, body = SubscriptionUsageView, description = "A month")))]
#[get("/v1/me/subscriptions/{id}/usage")]
pub async fn get_my_subscription_usage(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    query: Query<SubscriptionUsageQuery>,
) -> Answer {
    call.read(move |db, ctx| {
        let row = subscriptions::find(db, ctx.scope, id.0)?;
        if row.client_id != ctx.client()?.1 {
            return Err(Problem::not_found().into());
        }
        Ok(Reply::ok(&view(db, ctx, row, query.0.on)?))
    })
    .await
}

fn view(db: &mut Db, ctx: &Ctx, row: SubscriptionRow, on: Option<NaiveDate>) -> Outcome<SubscriptionUsageView> {
    let day = on.unwrap_or_else(|| ctx.today().max(row.starts_on));
    let out_of_range = || Problem::field("?on", "out_of_range", format!("it begins on {}", row.starts_on));
    if day < row.starts_on {
        return Err(out_of_range().into());
    }
    let month = lifetime(&row).month(day).map_err(|_| out_of_range())?;
    let (id, currency) = (row.id, row.currency);
    let reports = usage::of_months(db, ctx.scope, &[id], month.from, month.from)?;
    let charged = usage::months_of(db, ctx.scope, &[id], month.from, month.from)?;
    let contracts = Contracts::read(db, ctx.scope, vec![row])?;
    let of = contracts.rows.get(&id).ok_or_else(|| Failure::Corrupt("no subscription".into()))?;
    let today = ctx.today().clamp(month.from, lifetime(of).last_day(month));
    let properties = contracts.properties(of, today);
    let resource = |resource: &Resource| {
        let records: Vec<Record> =
            reports.iter().filter(|row| row.resource == *resource).map(UsageRecordRow::record).collect();
        let known = charged.iter().find(|row| row.resource == *resource);
        let terms = match known {
            Some(row) => Some(row.terms()?),
            None => contracts.terms(of, *resource, month),
        };
        let used = used(*resource, standing(&records).map(|record| record.amount));
        resource_view(*resource, used, &properties, terms, known, currency)
    };
    let resources = Resource::ALL.iter().map(resource).collect::<Outcome<_>>()?;
    Ok(SubscriptionUsageView { subscription_id: id, month, resources })
}

fn resource_view(
    resource: Resource,
    used: u64,
    properties: &Properties,
    terms: Option<Terms>,
    known: Option<&UsageMonthRow>,
    currency: Currency,
) -> Outcome<ResourceUsageView> {
    // a month that was charged keeps its limit
    let limit = terms.map_or_else(|| properties.number(resource.as_str()), |terms| terms.limit);
    let charge = terms.map(|terms| -> Outcome<OveruseChargeView> {
        let units = begun_units(used, &terms);
        let cost = Decimal::from(units).checked_mul(terms.unit_price.get()).ok_or_else(too_much)?;
        Ok(OveruseChargeView {
            unit_size: terms.unit_size.get(),
            unit_price: terms.unit_price,
            units,
            cost: Money::round(cost, currency).map_err(Problem::from)?,
            invoiced_units: known.map_or(0, |row| u64::try_from(row.units).unwrap_or_default()),
        })
    });
    Ok(ResourceUsageView {
        resource,
        used,
        limit,
        soft_quota: properties.number(resource.soft_quota()),
        above: limit.map_or(0, |limit| used.saturating_sub(limit)),
        charge: charge.transpose()?,
    })
}

fn too_much() -> Problem {
    Problem::field("/unit_price", "out_of_range", "the units cost more than can be written")
}
