//! Plans: what is sold, at which prices, where, with which add-ons, and to which plans one may change (CAT-01, CAT-02,
//! CAT-05, CAT-07..09, CAT-14).

mod certificate;
pub mod certificate_add_ons;
mod convert;
mod create;
mod delete;
mod make_default;
mod merge_preview;
pub mod move_run;
mod move_subscriptions;
mod move_views;
mod prices;
mod properties;
mod read;
mod status;
mod ties;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_plan)
        .service(read::list_plans)
        .service(read::get_plan)
        .service(update::update_plan)
        .service(delete::delete_plan)
        .service(status::activate_plan)
        .service(status::retire_plan)
        .service(make_default::make_plan_default)
        .service(make_default::unset_plan_default)
        .service(certificate::get_plan_certificate)
        .service(certificate::set_plan_certificate)
        .service(convert::convert_plan_to_add_on)
        .service(prices::create_plan_price)
        .service(prices::list_plan_prices)
        .service(merge_preview::preview_plan_merge)
        .service(move_subscriptions::move_plan_subscriptions)
        .service(move_subscriptions::preview_plan_subscription_moves);
}
