//! Reading endings.

use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::tlds::views::{TldList, TldView};
use actix_web::get;
use comptoir_db::registrars;
use comptoir_db::tlds::{self, TldFilter};
use comptoir_domain::permissions::may;
use comptoir_domain::tlds::TldState;
use comptoir_domain::{RegistrarId, TldId};

/// Which endings.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TldQuery {
    /// In one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<TldState>>, style = Form, explode = false)]
    state: AnyOf<TldState>,
    /// Of this registrar.
    registrar_id: Option<RegistrarId>,
}

impl Filters for TldQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List TLDs
///
/// Those that every seller has from the beginning, and own ones.
#[utoipa::path(tag = "tlds", params(ListParameters, TldQuery), responses((status = 200, body = TldList, description = "A page")))]
#[get("/v1/tlds")]
pub async fn list_tlds(call: Call<may::ReadCatalog>, list: List<TldQuery>) -> Answer {
    let filter = TldFilter { state: list.filters.state.0.clone(), registrar_id: list.filters.registrar_id };
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| {
        if let Some(registrar) = filter.registrar_id {
            registrars::find(db, ctx.scope, registrar)?;
        }
        tlds::list(db, ctx.scope, &filter, &page)
    });
    let slice = slice.await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&TldList { data: slice.rows.into_iter().map(TldView::from).collect(), next_cursor }))
}

/// Get a TLD
#[utoipa::path(tag = "tlds", params(("id" = TldId, Path)), responses((status = 200, body = TldView, description = "The ending")))]
#[get("/v1/tlds/{id}")]
pub async fn get_tld(call: Call<may::ReadCatalog>, id: Id<TldId>) -> Answer {
    let row = call.read(move |db, ctx| tlds::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&TldView::from(row)).version(version))
}
