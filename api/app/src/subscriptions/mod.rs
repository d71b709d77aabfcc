//! Subscriptions: a client's contracts, what holds them, how they end (SUB-01 to SUB-04).

pub mod apply_due;
mod billing_views;
mod bulk;
pub mod bulk_run;
pub mod cancel;
mod change_items;
mod change_plan;
mod change_views;
mod changes;
mod comments;
mod custom;
mod custom_hosting;
pub mod end_due;
pub mod expire_due;
pub mod fraud;
mod give_back;
mod hand_over;
pub mod hold;
mod import;
mod mine;
mod move_price;
pub mod price_moves;
mod properties;
pub mod read;
mod renew;
pub mod revise;
mod set_status;
pub mod stand;
mod statuses;
mod transfer;
mod transfer_mails;
mod transfer_views;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(import::import_subscription)
        .service(bulk::change_subscriptions)
        .service(custom::create_custom_subscription)
        .service(renew::renew_subscription)
        .service(read::list_subscriptions)
        .service(read::get_subscription)
        .service(read::list_my_subscriptions)
        .service(read::get_my_subscription)
        .service(hold::suspend_subscription)
        .service(hold::activate_subscription)
        .service(update::update_subscription)
        .service(properties::get_subscription_properties)
        .service(properties::replace_subscription_properties)
        .service(comments::list_subscription_comments)
        .service(comments::create_subscription_comment)
        .service(comments::delete_subscription_comment)
        .service(set_status::set_subscription_status)
        .service(statuses::list_subscription_statuses)
        .service(statuses::list_subscription_status_changes)
        .service(statuses::list_my_subscription_status_changes)
        .service(cancel::cancel_subscription)
        .service(cancel::keep_subscription)
        .service(changes::list_subscription_changes)
        .service(changes::withdraw_subscription_change)
        .service(change_plan::change_subscription_plan)
        .service(change_plan::preview_subscription_plan_change)
        .service(change_plan::change_my_subscription_plan)
        .service(change_plan::preview_my_subscription_plan_change)
        .service(mine::add_my_add_on)
        .service(mine::preview_my_add_on)
        .service(mine::change_my_item)
        .service(mine::preview_my_item_change)
        .service(mine::remove_my_item)
        .service(mine::preview_my_item_removal)
        .service(mine::list_my_changes)
        .service(mine::withdraw_my_change)
        .service(change_items::add_subscription_add_on)
        .service(change_items::preview_subscription_add_on)
        .service(change_items::change_subscription_item)
        .service(change_items::preview_subscription_item_change)
        .service(change_items::remove_subscription_item)
        .service(change_items::preview_subscription_item_removal)
        .service(move_price::move_subscription_price)
        .service(move_price::preview_subscription_price_move)
        .service(transfer::transfer_subscription)
        .service(transfer::preview_subscription_transfer);
}
