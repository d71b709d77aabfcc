//! The tables, as the migrations make them.

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
    clients (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> BigInt,
        kind -> Text,
        status -> Text,
        status_reason -> Text,
        archived_at -> Nullable<BigInt>,
        company -> Text,
        vat_number -> Text,
        address_line1 -> Text,
        address_line2 -> Text,
        city -> Text,
        state -> Text,
        postal_code -> Text,
        country -> Text,
        locale -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    contacts (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        client_id -> Binary,
        is_primary -> Bool,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        phone -> Text,
        locale -> Text,
        mail_format -> Text,
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

diesel::table! {
    activities (sequence) {
        sequence -> BigInt,
        seller_id -> Binary,
        id -> Binary,
        happened_at -> BigInt,
        actor_kind -> Text,
        actor_id -> Text,
        actor_name -> Text,
        ip -> Text,
        request_id -> Text,
        kind -> Text,
        subject_id -> Text,
        payload -> Text,
    }
}

diesel::table! {
    idempotency_keys (seller_id, actor, name) {
        seller_id -> Binary,
        actor -> Text,
        name -> Text,
        fingerprint -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mails (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        unique_key -> Text,
        kind -> Text,
        locale -> Text,
        format -> Text,
        recipient -> Text,
        variables -> Text,
        state -> Text,
        attempts -> Integer,
        run_at -> BigInt,
        last_error -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    sellers,
    counters,
    roles,
    administrators,
    clients,
    contacts,
    sessions,
    api_keys,
    password_resets,
    activities,
    idempotency_keys,
    mails
);
