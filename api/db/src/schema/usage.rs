//! What subscriptions have used.

diesel::table! {
    usage_records (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        from_on -> Date,
        to_on -> Date,
        amount -> BigInt,
        month_from -> Date,
        month_to -> Date,
        due_on -> Date,
        is_counted -> Bool,
        source -> Text,
        record_key -> Text,
        replaces_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage_months (seller_id, subscription_id, resource, from_on) {
        seller_id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        from_on -> Date,
        to_on -> Date,
        limit_amount -> Nullable<BigInt>,
        unit_size -> BigInt,
        unit_price -> Text,
        units -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage_notices (seller_id, subscription_id, resource, notice, month_from) {
        seller_id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        notice -> Text,
        month_from -> Date,
        created_at -> BigInt,
    }
}
