//! Invoices, their numbers and their chain.

diesel::table! {
    invoice_series (seller_id, kind) {
        seller_id -> Binary,
        kind -> Text,
        scheme -> Text,
        prefix -> Text,
        width -> Integer,
        next -> BigInt,
        last_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    chain_heads (seller_id, chain) {
        seller_id -> Binary,
        chain -> Text,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    chain_links (seller_id, chain, seq) {
        seller_id -> Binary,
        chain -> Text,
        seq -> BigInt,
        kind -> Text,
        number -> Text,
        happened_at -> BigInt,
        currency -> Text,
        net_minor -> BigInt,
        tax_minor -> BigInt,
        gross_minor -> BigInt,
        frozen_hash -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    invoices (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        kind -> Text,
        state -> Text,
        client_id -> Binary,
        order_id -> Nullable<Binary>,
        credits_invoice_id -> Nullable<Binary>,
        currency -> Text,
        series -> Nullable<Text>,
        number -> Nullable<Text>,
        sequence -> Nullable<BigInt>,
        issued_on -> Nullable<Date>,
        due_on -> Nullable<Date>,
        net_minor -> BigInt,
        discount_minor -> BigInt,
        tax_minor -> BigInt,
        gross_minor -> BigInt,
        open_minor -> BigInt,
        refunded_minor -> BigInt,
        is_written_off -> Bool,
        taxes -> Text,
        buyer -> Text,
        comment -> Text,
        frozen -> Nullable<Text>,
        frozen_hash -> Nullable<Text>,
        gateway -> Text,
        created_at -> BigInt,
        version -> BigInt,
        taxed_in -> Nullable<Text>,
        is_mailed -> Bool,
        private_in -> Nullable<Text>,
    }
}

diesel::table! {
    draft_terms (seller_id, invoice_id) {
        seller_id -> Binary,
        invoice_id -> Binary,
        dated_on -> Nullable<Date>,
        price_basis -> Text,
    }
}

diesel::table! {
    invoice_lines (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        invoice_id -> Binary,
        position -> Integer,
        kind -> Text,
        description -> Text,
        quantity -> Text,
        unit_price -> Text,
        subscription_id -> Nullable<Binary>,
        item_id -> Nullable<Binary>,
        credits_line_id -> Nullable<Binary>,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        before_discount_minor -> BigInt,
        discount_minor -> BigInt,
        coupon_discount_minor -> BigInt,
        net_minor -> BigInt,
        tax_minor -> BigInt,
        gross_minor -> BigInt,
        tax_policy_id -> Nullable<Binary>,
        trace -> Text,
        share -> Text,
    }
}

diesel::table! {
    dunning_steps (seller_id, invoice_id, step) {
        seller_id -> Binary,
        invoice_id -> Binary,
        step -> Text,
        happened_on -> Date,
        created_at -> BigInt,
    }
}

diesel::table! {
    schet_facturas (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        kind -> Text,
        sequence -> BigInt,
        number -> Text,
        client_id -> Binary,
        currency -> Text,
        issued_on -> Date,
        period_from -> Date,
        period_to -> Date,
        net_minor -> BigInt,
        tax_minor -> BigInt,
        gross_minor -> BigInt,
        frozen -> Text,
        frozen_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    schet_factura_lines (seller_id, schet_factura_id, position) {
        seller_id -> Binary,
        schet_factura_id -> Binary,
        position -> Integer,
        invoice_id -> Binary,
        invoice_line_id -> Binary,
        subscription_id -> Nullable<Binary>,
        corrects_id -> Nullable<Binary>,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        net_minor -> BigInt,
        tax_minor -> BigInt,
        gross_minor -> BigInt,
        is_last -> Bool,
    }
}
