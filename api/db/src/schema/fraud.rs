//! The fraud check of orders.

diesel::table! {
    fraud_scorers (seller_id) {
        seller_id -> Binary,
        connector -> Text,
        settings -> Text,
        secrets_sealed -> Nullable<Text>,
        is_enabled -> Bool,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    fraud_entries (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        list -> Text,
        kind -> Text,
        value -> Text,
        note -> Text,
        created_by -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    fraud_checks (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        order_id -> Binary,
        client_id -> Binary,
        state -> Text,
        is_taken -> Bool,
        score -> Text,
        rules_score -> Text,
        findings -> Text,
        scorer -> Nullable<Text>,
        scored -> Nullable<Text>,
        ip_country -> Nullable<Text>,
        ip -> Nullable<Text>,
        mail -> Nullable<Text>,
        reason -> Text,
        decided_by_kind -> Nullable<Text>,
        decided_by_name -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}
