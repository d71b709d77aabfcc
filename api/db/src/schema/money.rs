//! Payments, what they settle, and the books.

diesel::table! {
    transactions (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        kind -> Text,
        state -> Text,
        client_id -> Binary,
        invoice_id -> Nullable<Binary>,
        order_id -> Nullable<Binary>,
        refunds_transaction_id -> Nullable<Binary>,
        gateway -> Text,
        reference -> Text,
        gateway_reference -> Nullable<Text>,
        currency -> Text,
        amount_minor -> BigInt,
        attempts -> Integer,
        detail -> Text,
        comment -> Text,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        version -> BigInt,
        payment_method_id -> Nullable<Binary>,
    }
}

diesel::table! {
    allocations (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        invoice_id -> Binary,
        transaction_id -> Nullable<Binary>,
        currency -> Text,
        amount_minor -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    allocation_lines (seller_id, allocation_id, line_id) {
        seller_id -> Binary,
        allocation_id -> Binary,
        line_id -> Binary,
        amount_minor -> BigInt,
    }
}

diesel::table! {
    ledger_entries (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        booked_on -> Date,
        kind -> Text,
        subject_id -> Text,
        client_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    ledger_templates (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        plan_id -> Binary,
        name -> Text,
        currencies -> Text,
        cycles -> Text,
        entries -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    template_postings (seller_id, line_id, template_id, position) {
        seller_id -> Binary,
        line_id -> Binary,
        template_id -> Binary,
        position -> Integer,
        debit -> Text,
        credit -> Text,
        currency -> Text,
        amount_minor -> BigInt,
    }
}

diesel::table! {
    ledger_postings (seller_id, entry_id, position) {
        seller_id -> Binary,
        entry_id -> Binary,
        position -> Integer,
        debit -> Text,
        credit -> Text,
        currency -> Text,
        amount_minor -> BigInt,
    }
}
