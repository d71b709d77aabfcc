//! Discounts and coupons.

diesel::table! {
    discounts (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        is_active -> Bool,
        percent -> Text,
        plans -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        cycles -> Nullable<Integer>,
        property_name -> Nullable<Text>,
        property_value -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscription_discounts (seller_id, subscription_id) {
        seller_id -> Binary,
        subscription_id -> Binary,
        discount_id -> Binary,
        cycles_left -> Nullable<Integer>,
    }
}

diesel::table! {
    coupons (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        code -> Nullable<Text>,
        is_active -> Bool,
        percent -> Nullable<Text>,
        fixed_minor -> Nullable<BigInt>,
        fixed_currency -> Nullable<Text>,
        free_setup -> Bool,
        stores -> Text,
        plans -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        max_uses -> Nullable<Integer>,
        max_uses_per_client -> Nullable<Integer>,
        cycles -> Nullable<Integer>,
        uses -> Integer,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    coupon_uses (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        coupon_id -> Binary,
        client_id -> Binary,
        order_id -> Binary,
        state -> Text,
        created_at -> BigInt,
    }
}
