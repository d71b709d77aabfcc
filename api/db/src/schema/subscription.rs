//! Orders and the contracts that come of them, with what is delivered for them.

diesel::table! {
    orders (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> BigInt,
        store_id -> Binary,
        client_id -> Binary,
        state -> Text,
        currency -> Text,
        cart -> Text,
        quote -> Text,
        gross_minor -> BigInt,
        gateway -> Text,
        expires_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscriptions (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> BigInt,
        client_id -> Binary,
        store_id -> Binary,
        plan_id -> Nullable<Binary>,
        order_id -> Nullable<Binary>,
        name -> Text,
        status -> Text,
        status_reason -> Text,
        currency -> Text,
        cycle -> Text,
        anchor_on -> Date,
        starts_on -> Date,
        billed_through -> Date,
        next_invoice_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        trial_until -> Nullable<Date>,
        cycle_limit -> Nullable<Integer>,
        lead_days -> Integer,
        coupon_id -> Nullable<Binary>,
        coupon_cycles -> Nullable<Integer>,
        gateway -> Text,
        created_at -> BigInt,
        version -> BigInt,
        rests -> Text,
        expires_on -> Nullable<Date>,
    }
}

diesel::table! {
    subscription_status_changes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        from_status -> Nullable<Text>,
        to_status -> Text,
        reason -> Text,
        actor_kind -> Text,
        actor_id -> Text,
        actor_name -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    subscription_properties (seller_id, subscription_id, name) {
        seller_id -> Binary,
        subscription_id -> Binary,
        name -> Text,
        value -> Text,
        is_active -> Bool,
    }
}

diesel::table! {
    subscription_comments (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        text -> Text,
        author_kind -> Text,
        author_id -> Text,
        author_name -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscription_items (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        plan_id -> Nullable<Binary>,
        add_on_id -> Nullable<Binary>,
        price_id -> Nullable<Binary>,
        description -> Text,
        unit_price -> Text,
        setup_fee -> Text,
        change_fee -> Text,
        quantity -> Text,
        tax_policy_id -> Nullable<Binary>,
        from_on -> Date,
        to_on -> Nullable<Date>,
        known_on -> Date,
    }
}

diesel::table! {
    subscription_changes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        way -> Text,
        direction -> Nullable<Text>,
        from_plan_id -> Nullable<Binary>,
        to_plan_id -> Nullable<Binary>,
        from_cycle -> Text,
        to_cycle -> Text,
        from_anchor_on -> Date,
        from_cycle_limit -> Nullable<Integer>,
        billed_from -> Date,
        delivered_from -> Date,
        locked_until -> Nullable<Date>,
        state -> Text,
        ended_items -> Text,
        begun_items -> Text,
        reason -> Text,
        created_at -> BigInt,
        version -> BigInt,
        is_by_client -> Bool,
    }
}

diesel::table! {
    subscription_transfers (seller_id, from_subscription_id) {
        seller_id -> Binary,
        from_subscription_id -> Binary,
        to_subscription_id -> Binary,
        reason -> Text,
        transferred_on -> Date,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscription_holds (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        reason -> Text,
        placed_on -> Date,
        placed_at -> BigInt,
        lifted_on -> Nullable<Date>,
        lifted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    waived_periods (seller_id, item_id, kind, from_on) {
        seller_id -> Binary,
        subscription_id -> Binary,
        item_id -> Binary,
        kind -> Text,
        from_on -> Date,
        to_on -> Date,
        reason -> Text,
    }
}

diesel::table! {
    services (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        name -> Text,
        settings -> Text,
        desired -> Text,
        observed -> Text,
        is_settled -> Bool,
        attempts -> Integer,
        last_error -> Text,
        changed_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        retry_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        is_by_hand -> Bool,
        disk_bytes -> Nullable<BigInt>,
        measured_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    payment_shares (seller_id, subscription_id, payment_method_id) {
        seller_id -> Binary,
        subscription_id -> Binary,
        payment_method_id -> Binary,
        share -> Text,
    }
}

diesel::table! {
    custom_hosting (seller_id, subscription_id) {
        seller_id -> Binary,
        subscription_id -> Binary,
        properties -> Text,
    }
}
