//! Saying that a service was delivered by hand (EVT-04).

use crate::kernel::{Answer, Call, Id, Reply};
use crate::services::announce::Access;
use crate::services::settle::Delivery;
use crate::services::views::ServiceView;
use actix_web::post;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, ServiceId};

/// Say that a service is as it should be
///
/// You have set it up, suspended or removed it yourself. The subscription and the order go on as if a panel had done it;
/// later changes of this service are yours too, and come as to-dos.
#[utoipa::path(tag = "services", params(("id" = ServiceId, Path)), responses((status = 200, body = ServiceView, description = "The service as it is now")))]
#[post("/v1/services/{id}/deliver")]
pub async fn deliver_service(call: Call<may::WriteSubscriptions>, id: Id<ServiceId>) -> Answer {
    let access = Access::of(&call.state().settings.panel);
    call.write(move |tx, ctx| {
        let mut delivery = Delivery::lock(tx, ctx, id.0)?;
        let row = &mut delivery.service;
        if row.is_settled {
            let detail = format!("the service is {} as it should be: there is nothing to deliver", row.observed);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        if row.leased_until.is_some_and(|until| until > ctx.machine_now) {
            let detail = "a panel is being told about it at this moment: look again in a minute";
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        let before = row.observed;
        (row.observed, row.is_by_hand) = (row.desired, true);
        let row = delivery.done(tx, ctx, before, &access)?;
        Ok(Reply::ok(&ServiceView::from(&row)).version(row.version))
    })
    .await
}
