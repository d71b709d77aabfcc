//! The table of hosting properties.

use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_domain::hosting::{Property, properties};
use comptoir_domain::permissions::may;

/// The table of hosting properties.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct HostingPropertyTableView {
    /// Every property, in the order in which forms show them.
    pub properties: &'static [Property],
}

/// List hosting properties
///
/// What a plan, an add-on or an allotment can promise: its kind and unit, the words of a choice, where it exists, how an
/// add-on changes it, what it means. The same for every seller, and short enough to come whole.
#[utoipa::path(tag = "hosting", responses((status = 200, body = HostingPropertyTableView, description = "The table")))]
#[get("/v1/hosting-properties")]
pub async fn list_hosting_properties(_call: Call<may::Work>) -> Answer {
    Ok(Reply::ok(&HostingPropertyTableView { properties: properties() }))
}
