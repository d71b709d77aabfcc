//! Reading plans.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::overuse_prices::views::OverusePriceView;
use crate::plans::views::{PlanList, PlanView};
use crate::prices::PriceView;
use actix_web::get;
use comptoir_db::plans::{self, PlanFilter, PlanRow, links};
use comptoir_db::{Db, Failure, Outcome, overuse_prices, prices};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanState, PlanType};
use comptoir_domain::{PlanId, StoreId};
use std::collections::HashMap;

/// Which plans.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// In one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<PlanState>>, style = Form, explode = false)]
    state: AnyOf<PlanState>,
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<PlanType>>, style = Form, explode = false)]
    kind: AnyOf<PlanType>,
    /// Offered in this store.
    store_id: Option<StoreId>,
}

impl Filters for PlanQuery {
    const SORTS: &'static [&'static str] = &["position", "name"];
}

/// List plans
#[utoipa::path(tag = "plans", params(ListParameters, PlanQuery), responses((status = 200, body = PlanList, description = "A page")))]
#[get("/v1/plans")]
pub async fn list_plans(call: Call<may::ReadCatalog>, list: List<PlanQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = PlanFilter { state: query.state.0.clone(), kind: query.kind.0.clone(), store_id: query.store_id };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(store) = filter.store_id {
            links::store_kinds(db, ctx.scope, &[store])?;
        }
        let slice = plans::list(db, ctx.scope, &filter, &page)?;
        Ok((views(db, ctx, slice.rows.clone())?, slice))
    };
    let (data, slice) = call.read(work).await?;
    Ok(Reply::ok(&PlanList { data, next_cursor: list.next_cursor(&slice) }))
}

/// Get a plan
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "The plan")))]
#[get("/v1/plans/{id}")]
pub async fn get_plan(call: Call<may::ReadCatalog>, id: Id<PlanId>) -> Answer {
    call.read(move |db, ctx| {
        let row = plans::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// The answer that shows a plan.
pub fn reply(db: &mut Db, ctx: &Ctx, row: PlanRow) -> Outcome<Reply> {
    let version = row.version;
    Ok(Reply::ok(&view(db, ctx, row)?).version(version))
}

/// One plan with what it is tied to.
pub fn view(db: &mut Db, ctx: &Ctx, row: PlanRow) -> Outcome<PlanView> {
    let missing = || Failure::Corrupt("a row without a view".into());
    views(db, ctx, vec![row])?.pop().ok_or_else(missing)
}

/// Plans with what they are tied to, in as many queries for one as for many.
fn views(db: &mut Db, ctx: &Ctx, rows: Vec<PlanRow>) -> Outcome<Vec<PlanView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let book = prices::open_of_plans(db, ctx.scope, &ids, ctx.today())?;
    let mut prices = by_plan(book.into_iter().filter_map(|row| Some((row.plan_id?, PriceView::from(row)))));
    let above = overuse_prices::of_plans(db, ctx.scope, &ids)?.into_iter();
    let open = above.filter(|row| row.valid_to.is_none_or(|to| ctx.today() < to));
    let mut overuse = by_plan(open.map(|row| (row.plan_id, OverusePriceView::from(&row))));
    let mut add_ons = by_plan(links::add_ons::of(db, ctx.scope, &ids)?);
    let mut stores = by_plan(links::stores::of(db, ctx.scope, &ids)?);
    let mut up = by_plan(links::upgrades::of(db, ctx.scope, &ids)?);
    let mut down = by_plan(links::downgrades::of(db, ctx.scope, &ids)?);
    let view = |row: PlanRow| PlanView {
        id: row.id,
        code: row.code,
        name: row.name,
        description: row.description,
        features: row.features.0,
        kind: row.kind,
        state: row.state,
        is_default: row.is_default,
        properties: row.properties.0,
        tlds: row.tlds.0,
        tax_policy_id: row.tax_policy_id,
        prorates: row.prorates,
        lead_days: row.lead_days,
        cycle_limit: row.cycle_limit,
        trial_days: row.trial_days,
        position: row.position,
        prices: prices.remove(&row.id).unwrap_or_default(),
        overuse_prices: overuse.remove(&row.id).unwrap_or_default(),
        add_on_ids: add_ons.remove(&row.id).unwrap_or_default(),
        store_ids: stores.remove(&row.id).unwrap_or_default(),
        upgrade_to: up.remove(&row.id).unwrap_or_default(),
        downgrade_to: down.remove(&row.id).unwrap_or_default(),
        change_policies: row.change_policies.map(|policies| policies.0),
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

fn by_plan<T>(pairs: impl IntoIterator<Item = (PlanId, T)>) -> HashMap<PlanId, Vec<T>> {
    let mut grouped: HashMap<PlanId, Vec<T>> = HashMap::new();
    for (plan, one) in pairs {
        grouped.entry(plan).or_default().push(one);
    }
    grouped
}
