//! Sellers, their settings and their stores.

diesel::table! {
    sellers (id) {
        id -> Binary,
        kind -> Text,
        code -> Text,
        status -> Text,
        parent_seller_id -> Nullable<Binary>,
        parent_client_id -> Nullable<Binary>,
        company -> Text,
        address_line1 -> Text,
        address_line2 -> Text,
        city -> Text,
        state -> Text,
        county -> Text,
        postal_code -> Text,
        country -> Text,
        email -> Text,
        phone -> Text,
        website -> Text,
        vat_number -> Text,
        currency -> Text,
        locale -> Text,
        time_zone -> Text,
        access_urls -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    counters (seller_id, name) {
        seller_id -> Binary,
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    settings (seller_id, name) {
        seller_id -> Binary,
        name -> Text,
        value -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    stores (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        code -> Text,
        name -> Text,
        kind -> Text,
        is_default -> Bool,
        is_open -> Bool,
        currency -> Text,
        locales -> Text,
        price_basis -> Text,
        gateways -> Text,
        domain_options -> Text,
        require_vat_number -> Bool,
        terms -> Text,
        theme -> Text,
        landing -> Text,
        publishable_key -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    gateways (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        code -> Text,
        connector -> Text,
        name -> Text,
        labels -> Text,
        is_live -> Bool,
        is_enabled -> Bool,
        currencies -> Text,
        settings -> Text,
        secrets_sealed -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }
}
