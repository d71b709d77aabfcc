//! What is done and what was done: events, operations, activities, mails, webhooks.

diesel::table! {
    events (id) {
        id -> Binary,
        seller_id -> Nullable<Binary>,
        clock -> Text,
        kind -> Text,
        unique_key -> Text,
        subject_id -> Text,
        payload -> Text,
        state -> Text,
        run_at -> BigInt,
        attempts -> Integer,
        leased_until -> Nullable<BigInt>,
        leased_by -> Nullable<Text>,
        last_error -> Text,
        result -> Text,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    event_schedules (kind) {
        kind -> Text,
        pattern -> Nullable<Text>,
        is_on -> Bool,
        since -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    watermarks (seller_id, kind) {
        seller_id -> Binary,
        kind -> Text,
        done_through -> Date,
    }
}

diesel::table! {
    operations (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        kind -> Text,
        state -> Text,
        done -> BigInt,
        total -> BigInt,
        result -> Text,
        error -> Text,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    operation_steps (seller_id, operation_id, position) {
        seller_id -> Binary,
        operation_id -> Binary,
        position -> BigInt,
        result -> Text,
    }
}

diesel::table! {
    todos (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        unique_key -> Text,
        kind -> Text,
        title -> Text,
        detail -> Text,
        subject_id -> Text,
        state -> Text,
        assignee_id -> Nullable<Binary>,
        created_at -> BigInt,
        done_at -> Nullable<BigInt>,
        version -> BigInt,
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
        client_id -> Nullable<Binary>,
        invoice_id -> Nullable<Binary>,
    }
}

diesel::table! {
    webhook_endpoints (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        url -> Text,
        description -> Text,
        kinds -> Text,
        secret_sealed -> Text,
        previous_secret_sealed -> Nullable<Text>,
        previous_until -> Nullable<BigInt>,
        state -> Text,
        failures -> Integer,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        endpoint_id -> Binary,
        activity_id -> Binary,
        state -> Text,
        attempts -> Integer,
        run_at -> BigInt,
        last_status -> Nullable<Integer>,
        last_error -> Text,
        created_at -> BigInt,
        delivered_at -> Nullable<BigInt>,
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
    sandboxes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        state -> Text,
        error -> Text,
        clock_at -> BigInt,
        journey -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}
