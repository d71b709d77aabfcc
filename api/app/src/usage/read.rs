//! The reports that there are.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, List, Reply};
use crate::usage::views::UsageRecordList;
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::usage::{self, UsageFilter};
use comptoir_db::{Db, clients, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::usage::Resource;
use comptoir_domain::{ClientId, SubscriptionId};

/// Which reports.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// Of one client.
    client_id: Option<ClientId>,
    /// Of one subscription.
    subscription_id: Option<SubscriptionId>,
    /// Of one resource.
    resource: Option<Resource>,
    /// About this day or later ones.
    from: Option<NaiveDate>,
    /// About days before this one.
    to: Option<NaiveDate>,
}

impl Filters for UsageQuery {
    const SORTS: &'static [&'static str] = &["from"];
}

/// List reports of use
///
/// What was corrected is among them: its correction names it.
#[utoipa::path(tag = "usage", params(ListParameters, UsageQuery), responses((status = 200, body = UsageRecordList, description = "A page")))]
#[get("/v1/usage")]
pub async fn list_usage(call: Call<may::ReadUsage>, list: List<UsageQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = UsageFilter {
        client_id: query.client_id,
        subscription_id: query.subscription_id,
        resource: query.resource,
        from: query.from,
        to: query.to,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(subscription) = filter.subscription_id {
            subscriptions::find(db, ctx.scope, subscription)?;
        }
        usage::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&UsageRecordList { data: slice.rows.iter().map(Into::into).collect(), next_cursor }))
}
