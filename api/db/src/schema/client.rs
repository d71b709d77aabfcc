//! Clients: their groups, properties, contacts, credits and payment methods.

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
        county -> Text,
        postal_code -> Text,
        country -> Text,
        locale -> Text,
        created_at -> BigInt,
        version -> BigInt,
        tax_exemption -> Text,
    }
}

diesel::table! {
    client_groups (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        is_default -> Bool,
        maximum_discount -> Nullable<Text>,
        guaranteed_discount -> Text,
        exempt_from_suspension -> Bool,
        dunning -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    client_group_members (seller_id, client_id) {
        seller_id -> Binary,
        client_id -> Binary,
        client_group_id -> Binary,
        maximum_discount -> Nullable<Text>,
        guaranteed_discount -> Nullable<Text>,
        exempt_from_suspension -> Nullable<Bool>,
    }
}

diesel::table! {
    client_properties (seller_id, client_id, name) {
        seller_id -> Binary,
        client_id -> Binary,
        name -> Text,
        value -> Text,
        is_active -> Bool,
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
    client_credits (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        client_id -> Binary,
        currency -> Text,
        amount_minor -> BigInt,
        balance_minor -> BigInt,
        kind -> Text,
        reason -> Text,
        invoice_id -> Nullable<Binary>,
        transaction_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    payment_methods (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        client_id -> Binary,
        gateway -> Text,
        token_sealed -> Text,
        label -> Text,
        expires_on -> Nullable<Date>,
        is_default -> Bool,
        created_at -> BigInt,
        version -> BigInt,
        key_version -> Integer,
        retired_at -> Nullable<BigInt>,
        forgotten_at -> Nullable<BigInt>,
        card_country -> Nullable<Text>,
        kind -> Text,
        brand -> Nullable<Text>,
        last_four -> Nullable<Text>,
        fingerprint -> Nullable<Text>,
    }
}

diesel::table! {
    payment_method_setups (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        client_id -> Binary,
        gateway -> Text,
        handle_sealed -> Nullable<Text>,
        redirect_to -> Text,
        redirect_fields -> Text,
        state -> Text,
        message -> Text,
        payment_method_id -> Nullable<Binary>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    encryption (seller_id) {
        seller_id -> Binary,
        mode -> Text,
        key_version -> Integer,
        pin_hash -> Nullable<Text>,
        wrong_tries -> Integer,
        blocked_until -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    encryption_keys (seller_id, key_version) {
        seller_id -> Binary,
        key_version -> Integer,
        wrapping -> Text,
        wrapped -> Text,
        stretching -> Nullable<Text>,
        fingerprint -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    encryption_shares (seller_id, number) {
        seller_id -> Binary,
        number -> Integer,
        key_version -> Integer,
        administrator_id -> Binary,
        waits_sealed -> Nullable<Text>,
        taken_at -> Nullable<BigInt>,
        returned_sealed -> Nullable<Text>,
    }
}

diesel::table! {
    own_clients (seller_id) {
        seller_id -> Binary,
        client_id -> Binary,
    }
}
