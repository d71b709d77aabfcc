//! Reading add-ons.

use crate::add_ons::views::{AddOnList, AddOnView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::prices::PriceView;
use actix_web::get;
use comptoir_db::add_ons::{self, AddOnFilter, AddOnRow};
use comptoir_db::{Db, Failure, Outcome, add_on_groups, certificates, prices};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanState;
use comptoir_domain::{AddOnGroupId, AddOnId};
use std::collections::HashMap;

/// Which add-ons.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddOnQuery {
    /// Of this group.
    add_on_group_id: Option<AddOnGroupId>,
    /// In one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<PlanState>>, style = Form, explode = false)]
    state: AnyOf<PlanState>,
}

impl Filters for AddOnQuery {
    const SORTS: &'static [&'static str] = &["position", "name"];
}

/// List add-ons
#[utoipa::path(tag = "add_ons", params(ListParameters, AddOnQuery), responses((status = 200, body = AddOnList, description = "A page")))]
#[get("/v1/add-ons")]
pub async fn list_add_ons(call: Call<may::ReadCatalog>, list: List<AddOnQuery>) -> Answer {
    let (group, page) = (list.filters.add_on_group_id, list.page.clone());
    let filter = AddOnFilter { add_on_group_id: group, state: list.filters.state.0.clone() };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(group) = group {
            add_on_groups::find(db, ctx.scope, group)?;
        }
        let slice = add_ons::list(db, ctx.scope, &filter, &page)?;
        Ok((views(db, ctx, slice.rows.clone())?, slice))
    };
    let (data, slice) = call.read(work).await?;
    Ok(Reply::ok(&AddOnList { data, next_cursor: list.next_cursor(&slice) }))
}

/// Get an add-on
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), responses((status = 200, body = AddOnView, description = "The add-on")))]
#[get("/v1/add-ons/{id}")]
pub async fn get_add_on(call: Call<may::ReadCatalog>, id: Id<AddOnId>) -> Answer {
    call.read(move |db, ctx| {
        let row = add_ons::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// The answer that shows an add-on.
pub fn reply(db: &mut Db, ctx: &Ctx, row: AddOnRow) -> Outcome<Reply> {
    let version = row.version;
    Ok(Reply::ok(&view(db, ctx, row)?).version(version))
}

/// One add-on with its prices.
pub fn view(db: &mut Db, ctx: &Ctx, row: AddOnRow) -> Outcome<AddOnView> {
    let missing = || Failure::Corrupt("a row without a view".into());
    views(db, ctx, vec![row])?.pop().ok_or_else(missing)
}

fn views(db: &mut Db, ctx: &Ctx, rows: Vec<AddOnRow>) -> Outcome<Vec<AddOnView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut books: HashMap<Option<AddOnId>, Vec<PriceView>> = HashMap::new();
    for price in prices::open_of_add_ons(db, ctx.scope, &ids, ctx.today())? {
        books.entry(price.add_on_id).or_default().push(price.into());
    }
    let were = certificates::among(db, ctx.scope, &ids)?;
    let view = |row: AddOnRow| {
        let book = books.remove(&Some(row.id)).unwrap_or_default();
        let was = were.iter().find(|tie| tie.add_on_id == row.id).map(|tie| tie.plan_id);
        AddOnView::new(row, book, was)
    };
    Ok(rows.into_iter().map(view).collect())
}
