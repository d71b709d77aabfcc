//! Payments, what they settle, and the books.

diesel::table! {
    transactions (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        kind -> Text,
        state -> Text,
        client_id -> Nullable<Binary>,
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
        is_debit -> Bool,
        books -> Text,
        payer -> Nullable<Text>,
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

diesel::table! {
    disputes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        transaction_id -> Binary,
        gateway_reference -> Nullable<Text>,
        state -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        reason -> Text,
        status -> Text,
        answer_by -> Nullable<BigInt>,
        chargeback_id -> Nullable<Binary>,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    mandates (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        client_id -> Binary,
        payment_method_id -> Binary,
        gateway -> Text,
        reference -> Text,
        scheme -> Text,
        kind -> Text,
        label -> Text,
        text -> Text,
        signed_on -> Date,
        signed_at -> Nullable<BigInt>,
        signed_from -> Nullable<Text>,
        is_consumer -> Bool,
        is_registered -> Bool,
        last_collected_on -> Nullable<Date>,
        suspended_because -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        ended_because -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
        creditor_name -> Nullable<Text>,
        creditor_id -> Nullable<Text>,
    }
}

diesel::table! {
    debit_batches (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        gateway -> Text,
        state -> Text,
        name -> Nullable<Text>,
        file_name -> Nullable<Text>,
        file_sealed -> Nullable<Text>,
        sha256 -> Nullable<Text>,
        bank_status -> Nullable<Text>,
        opened_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        version -> BigInt,
        cover_note_sealed -> Nullable<Text>,
    }
}

diesel::table! {
    debits (seller_id, transaction_id) {
        seller_id -> Binary,
        transaction_id -> Binary,
        gateway -> Text,
        batch_id -> Nullable<Binary>,
        mandate_id -> Nullable<Binary>,
        payment_method_id -> Binary,
        collect_on -> Date,
        noticed_on -> Nullable<Date>,
        sequence -> Nullable<Text>,
        group_name -> Nullable<Text>,
        bank_status -> Nullable<Text>,
        reason_code -> Nullable<Text>,
        reason_text -> Nullable<Text>,
        replaces_id -> Nullable<Binary>,
        former_creditor_name -> Nullable<Text>,
        former_creditor_id -> Nullable<Text>,
    }
}

diesel::table! {
    bank_replies (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        statements -> Text,
        sha256 -> Text,
        file_sealed -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    bank_entries (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        reply_id -> Binary,
        fingerprint -> Text,
        position -> Integer,
        kind -> Text,
        bank_status -> Text,
        currency -> Nullable<Text>,
        amount_minor -> Nullable<BigInt>,
        payer_name -> Nullable<Text>,
        payer_account -> Nullable<Text>,
        reason_code -> Nullable<Text>,
        reason_text -> Nullable<Text>,
        remittance -> Text,
        booked_on -> Nullable<Date>,
        matched_by -> Nullable<Text>,
        outcome -> Text,
        verdict -> Nullable<Text>,
        contradiction -> Nullable<Text>,
        transaction_id -> Nullable<Binary>,
        invoice_id -> Nullable<Binary>,
        settled_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    administrator_accounts (seller_id, administrator_id) {
        seller_id -> Binary,
        administrator_id -> Binary,
        holder -> Text,
        label -> Text,
        account_sealed -> Text,
    }
}
