//! The lists: who is never checked and who is always refused.

use crate::fraud::views::{FraudEntryCreate, FraudEntryList, FraudEntryView};
use crate::kernel::clock::fresh;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, List, Reply};
use actix_web::{delete, get, post};
use comptoir_db::fraud::entries::{self, FraudEntryFilter, FraudEntryRow};
use comptoir_domain::fraud::{FraudEntryKind, FraudList, normal};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, FraudEntryId};
use serde_json::json;

/// Which entries.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FraudEntryQuery {
    /// On this list.
    list: Option<FraudList>,
    /// About things of this kind.
    kind: Option<FraudEntryKind>,
    /// With this value, as the list shows it.
    value: Option<String>,
}

impl Filters for FraudEntryQuery {
    const SORTS: &'static [&'static str] = &["value"];
}

/// List entries of the fraud check
#[utoipa::path(tag = "fraud", params(ListParameters, FraudEntryQuery), responses((status = 200, body = FraudEntryList, description = "A page")))]
#[get("/v1/fraud-entries")]
pub async fn list_fraud_entries(call: Call<may::ReadFraud>, list: List<FraudEntryQuery>) -> Answer {
    let FraudEntryQuery { list: which, kind, value } = &list.filters;
    let filter = FraudEntryFilter { list: *which, kind: *kind, value: value.clone() };
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| entries::list(db, ctx.scope, &filter, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&FraudEntryList { data: slice.rows.into_iter().map(FraudEntryView::from).collect(), next_cursor }))
}

/// Get an entry of the fraud check
#[utoipa::path(tag = "fraud", params(("id" = FraudEntryId, Path)), responses((status = 200, body = FraudEntryView, description = "The entry")))]
#[get("/v1/fraud-entries/{id}")]
pub async fn get_fraud_entry(call: Call<may::ReadFraud>, id: Id<FraudEntryId>) -> Answer {
    let row = call.read(move |db, ctx| entries::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&FraudEntryView::from(row)).version(version))
}

/// Create an entry of the fraud check
///
/// Whoever is allowed is accepted without a check, even if something else of the order is denied.
#[utoipa::path(tag = "fraud", request_body = FraudEntryCreate, responses((status = 201, body = FraudEntryView, description = "On the list")))]
#[post("/v1/fraud-entries")]
pub async fn create_fraud_entry(call: Call<may::WriteFraud>, body: Body<FraudEntryCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let FraudEntryCreate { list, kind, value, note } = body.0.clone();
        let mut check = Check::new();
        check.text("/note", &note, 0..=400);
        let value = normal(kind, &value).unwrap_or_else(|expected| {
            check.refuse("/value", "invalid", format!("expected {expected}"));
            String::new()
        });
        check.done()?;
        let row = FraudEntryRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            list,
            kind,
            value,
            note,
            created_by: ctx.actor_name.clone(),
            created_at: ctx.now,
            version: 1,
        };
        entries::insert(tx, &row).map_err(|failure| failure.or_taken("/value"))?;
        ctx.record(tx, "fraud_entry.created", row.id, json!({ "list": list, "kind": kind }))?;
        let location = format!("/v1/fraud-entries/{}", row.id);
        Ok(Reply::created(&FraudEntryView::from(row), location).version(1))
    })
    .await
}

/// Delete an entry of the fraud check
#[utoipa::path(tag = "fraud", params(("id" = FraudEntryId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/fraud-entries/{id}")]
pub async fn delete_fraud_entry(call: Call<may::WriteFraud>, id: Id<FraudEntryId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = entries::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        entries::delete(tx, &row)?;
        ctx.record(tx, "fraud_entry.deleted", row.id, json!({ "list": row.list, "kind": row.kind }))?;
        Ok(Reply::no_content())
    })
    .await
}
