//! Tax policies, their rules, and the evidence for a tax.

diesel::table! {
    tax_policies (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        is_default -> Bool,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    tax_rules (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        tax_policy_id -> Binary,
        name -> Text,
        area -> Text,
        state -> Text,
        county -> Text,
        city -> Text,
        stage -> Text,
        percent -> Nullable<Text>,
        fixed_minor -> Nullable<BigInt>,
        fixed_currency -> Nullable<Text>,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    vat_checks (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> Text,
        outcome -> Text,
        reason -> Text,
        consultation -> Text,
        name -> Text,
        address -> Text,
        checked_at -> BigInt,
    }
}

diesel::table! {
    tax_evidence (seller_id, order_id, kind) {
        seller_id -> Binary,
        order_id -> Binary,
        kind -> Text,
        country -> Text,
        noted_at -> BigInt,
    }
}

diesel::table! {
    exchange_rates (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        currency -> Text,
        published_on -> Date,
        rate -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}
