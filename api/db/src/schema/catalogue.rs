//! What is sold: plans, add-ons, prices.

diesel::table! {
    plans (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        code -> Text,
        name -> Text,
        description -> Text,
        features -> Text,
        kind -> Text,
        state -> Text,
        properties -> Text,
        tlds -> Text,
        tax_policy_id -> Nullable<Binary>,
        prorates -> Bool,
        lead_days -> Nullable<Integer>,
        cycle_limit -> Nullable<Integer>,
        trial_days -> Integer,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        change_policies -> Nullable<Text>,
        is_default -> Bool,
    }
}

diesel::table! {
    plan_stores (seller_id, plan_id, store_id) {
        seller_id -> Binary,
        plan_id -> Binary,
        store_id -> Binary,
    }
}

diesel::table! {
    plan_paths (seller_id, from_plan_id, to_plan_id) {
        seller_id -> Binary,
        from_plan_id -> Binary,
        to_plan_id -> Binary,
    }
}

diesel::table! {
    plan_downgrades (seller_id, from_plan_id, to_plan_id) {
        seller_id -> Binary,
        from_plan_id -> Binary,
        to_plan_id -> Binary,
    }
}

diesel::table! {
    add_on_groups (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        question -> Text,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    add_ons (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        add_on_group_id -> Binary,
        code -> Text,
        name -> Text,
        description -> Text,
        state -> Text,
        properties -> Text,
        tax_policy_id -> Nullable<Binary>,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    plan_add_ons (seller_id, plan_id, add_on_id) {
        seller_id -> Binary,
        plan_id -> Binary,
        add_on_id -> Binary,
    }
}

diesel::table! {
    prices (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        plan_id -> Nullable<Binary>,
        add_on_id -> Nullable<Binary>,
        cycle -> Text,
        currency -> Text,
        recurring_minor -> BigInt,
        setup_minor -> BigInt,
        upgrade_minor -> BigInt,
        downgrade_minor -> BigInt,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> BigInt,
    }
}

diesel::table! {
    overuse_prices (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        plan_id -> Binary,
        resource -> Text,
        currency -> Text,
        unit_size -> BigInt,
        unit_price -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> BigInt,
    }
}

diesel::table! {
    registrars (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        kind -> Text,
        supported -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    tlds (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        state -> Text,
        default_registrar_id -> Nullable<Binary>,
        prices -> Text,
        is_predefined -> Bool,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    certificate_providers (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        kind -> Text,
        is_enabled -> Bool,
        products -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    plan_certificates (seller_id, plan_id) {
        seller_id -> Binary,
        plan_id -> Binary,
        provider_id -> Binary,
        products -> Text,
    }
}

diesel::table! {
    certificate_add_ons (seller_id, add_on_id) {
        seller_id -> Binary,
        add_on_id -> Binary,
        plan_id -> Binary,
    }
}
