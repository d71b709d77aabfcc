//! Who signs in: administrators with their roles, sessions and keys.

diesel::table! {
    roles (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        full_access -> Bool,
        permissions -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    administrators (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        email -> Text,
        name -> Text,
        locale -> Text,
        country -> Text,
        status -> Text,
        role_id -> Binary,
        refuse_parallel_sessions -> Bool,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    sessions (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        audience -> Text,
        administrator_id -> Nullable<Binary>,
        contact_id -> Nullable<Binary>,
        impersonated_by -> Nullable<Binary>,
        ip -> Text,
        user_agent -> Text,
        refresh_hash -> Binary,
        previous_refresh_hash -> Nullable<Binary>,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        hint -> Text,
        secret_hash -> Binary,
        permissions -> Text,
        requests_per_minute -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    password_resets (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        administrator_id -> Nullable<Binary>,
        contact_id -> Nullable<Binary>,
        token_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
