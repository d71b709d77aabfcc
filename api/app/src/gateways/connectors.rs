//! What can be set up.

use crate::gateways::views::{ConnectorView, ConnectorsView, FraudConnectorView};
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_connectors::fraud;
use comptoir_connectors::payment::registry::CONNECTORS;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem};

/// List what can be set up
///
/// Each connector with the settings that it wants, and what it can do.
#[utoipa::path(tag = "gateways", responses((status = 200, body = ConnectorsView, description = "All connectors")))]
#[get("/v1/connectors")]
pub async fn list_connectors(_: Call<may::ReadGateways>) -> Answer {
    let payment = CONNECTORS.iter().map(ConnectorView::new).collect::<Result<_, _>>();
    let payment = payment.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let fraud = fraud::registry::CONNECTORS.iter().map(FraudConnectorView::from).collect();
    Ok(Reply::ok(&ConnectorsView { payment, fraud }))
}
