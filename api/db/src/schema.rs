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
    discounts (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        is_active -> Bool,
        percent -> Text,
        plans -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        cycles -> Nullable<Integer>,
        property_name -> Nullable<Text>,
        property_value -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscription_discounts (seller_id, subscription_id) {
        seller_id -> Binary,
        subscription_id -> Binary,
        discount_id -> Binary,
        cycles_left -> Nullable<Integer>,
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
    plans (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        code -> Text,
        name -> Text,
        description -> Text,
        features -> Text,
        kind -> Text,
        state -> Text,
        properties -> Text,
        tlds -> Text,
        tax_policy_id -> Nullable<Binary>,
        prorates -> Bool,
        lead_days -> Nullable<Integer>,
        cycle_limit -> Nullable<Integer>,
        trial_days -> Integer,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        change_policies -> Nullable<Text>,
    }
}

diesel::table! {
    plan_stores (seller_id, plan_id, store_id) {
        seller_id -> Binary,
        plan_id -> Binary,
        store_id -> Binary,
    }
}

diesel::table! {
    plan_paths (seller_id, from_plan_id, to_plan_id) {
        seller_id -> Binary,
        from_plan_id -> Binary,
        to_plan_id -> Binary,
    }
}

diesel::table! {
    plan_downgrades (seller_id, from_plan_id, to_plan_id) {
        seller_id -> Binary,
        from_plan_id -> Binary,
        to_plan_id -> Binary,
    }
}

diesel::table! {
    add_on_groups (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        question -> Text,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    add_ons (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        add_on_group_id -> Binary,
        code -> Text,
        name -> Text,
        description -> Text,
        state -> Text,
        properties -> Text,
        tax_policy_id -> Nullable<Binary>,
        position -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    plan_add_ons (seller_id, plan_id, add_on_id) {
        seller_id -> Binary,
        plan_id -> Binary,
        add_on_id -> Binary,
    }
}

diesel::table! {
    prices (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        plan_id -> Nullable<Binary>,
        add_on_id -> Nullable<Binary>,
        cycle -> Text,
        currency -> Text,
        recurring_minor -> BigInt,
        setup_minor -> BigInt,
        upgrade_minor -> BigInt,
        downgrade_minor -> BigInt,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> BigInt,
    }
}

diesel::table! {
    coupons (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        name -> Text,
        code -> Nullable<Text>,
        is_active -> Bool,
        percent -> Nullable<Text>,
        fixed_minor -> Nullable<BigInt>,
        fixed_currency -> Nullable<Text>,
        free_setup -> Bool,
        stores -> Text,
        plans -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        max_uses -> Nullable<Integer>,
        max_uses_per_client -> Nullable<Integer>,
        cycles -> Nullable<Integer>,
        uses -> Integer,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    orders (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> BigInt,
        store_id -> Binary,
        client_id -> Binary,
        state -> Text,
        currency -> Text,
        cart -> Text,
        quote -> Text,
        gross_minor -> BigInt,
        gateway -> Text,
        expires_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    coupon_uses (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        coupon_id -> Binary,
        client_id -> Binary,
        order_id -> Binary,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscriptions (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        number -> BigInt,
        client_id -> Binary,
        store_id -> Binary,
        plan_id -> Nullable<Binary>,
        order_id -> Nullable<Binary>,
        name -> Text,
        status -> Text,
        status_reason -> Text,
        currency -> Text,
        cycle -> Text,
        anchor_on -> Date,
        starts_on -> Date,
        billed_through -> Date,
        next_invoice_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        trial_until -> Nullable<Date>,
        cycle_limit -> Nullable<Integer>,
        lead_days -> Integer,
        coupon_id -> Nullable<Binary>,
        coupon_cycles -> Nullable<Integer>,
        gateway -> Text,
        created_at -> BigInt,
        version -> BigInt,
        rests -> Text,
        expires_on -> Nullable<Date>,
    }
}

diesel::table! {
    subscription_status_changes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        from_status -> Nullable<Text>,
        to_status -> Text,
        reason -> Text,
        actor_kind -> Text,
        actor_id -> Text,
        actor_name -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    subscription_properties (seller_id, subscription_id, name) {
        seller_id -> Binary,
        subscription_id -> Binary,
        name -> Text,
        value -> Text,
        is_active -> Bool,
    }
}

diesel::table! {
    subscription_comments (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        text -> Text,
        author_kind -> Text,
        author_id -> Text,
        author_name -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscription_items (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        plan_id -> Nullable<Binary>,
        add_on_id -> Nullable<Binary>,
        price_id -> Nullable<Binary>,
        description -> Text,
        unit_price -> Text,
        setup_fee -> Text,
        fee_kind -> Text,
        quantity -> Text,
        tax_policy_id -> Nullable<Binary>,
        from_on -> Date,
        to_on -> Nullable<Date>,
        known_on -> Date,
    }
}

diesel::table! {
    subscription_changes (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        way -> Text,
        direction -> Nullable<Text>,
        from_plan_id -> Nullable<Binary>,
        to_plan_id -> Nullable<Binary>,
        from_cycle -> Text,
        to_cycle -> Text,
        from_anchor_on -> Date,
        billed_from -> Date,
        delivered_from -> Date,
        locked_until -> Nullable<Date>,
        state -> Text,
        ended_items -> Text,
        begun_items -> Text,
        reason -> Text,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    subscription_transfers (seller_id, from_subscription_id) {
        seller_id -> Binary,
        from_subscription_id -> Binary,
        to_subscription_id -> Binary,
        reason -> Text,
        transferred_on -> Date,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscription_holds (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        reason -> Text,
        placed_on -> Date,
        placed_at -> BigInt,
        lifted_on -> Nullable<Date>,
        lifted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    waived_periods (seller_id, item_id, kind, from_on) {
        seller_id -> Binary,
        subscription_id -> Binary,
        item_id -> Binary,
        kind -> Text,
        from_on -> Date,
        to_on -> Date,
        reason -> Text,
    }
}

diesel::table! {
    services (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        name -> Text,
        settings -> Text,
        desired -> Text,
        observed -> Text,
        is_settled -> Bool,
        attempts -> Integer,
        last_error -> Text,
        changed_at -> BigInt,
        created_at -> BigInt,
        version -> BigInt,
        retry_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        is_by_hand -> Bool,
        disk_bytes -> Nullable<BigInt>,
        measured_at -> Nullable<BigInt>,
    }
}

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
    payment_shares (seller_id, subscription_id, payment_method_id) {
        seller_id -> Binary,
        subscription_id -> Binary,
        payment_method_id -> Binary,
        share -> Text,
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
    watermarks (seller_id, kind) {
        seller_id -> Binary,
        kind -> Text,
        done_through -> Date,
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
    settings (seller_id, name) {
        seller_id -> Binary,
        name -> Text,
        value -> Text,
        version -> BigInt,
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

diesel::table! {
    overuse_prices (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        plan_id -> Binary,
        resource -> Text,
        currency -> Text,
        unit_size -> BigInt,
        unit_price -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> BigInt,
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
    usage_records (seller_id, id) {
        seller_id -> Binary,
        id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        from_on -> Date,
        to_on -> Date,
        amount -> BigInt,
        month_from -> Date,
        month_to -> Date,
        due_on -> Date,
        is_counted -> Bool,
        source -> Text,
        record_key -> Text,
        replaces_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage_months (seller_id, subscription_id, resource, from_on) {
        seller_id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        from_on -> Date,
        to_on -> Date,
        limit_amount -> Nullable<BigInt>,
        unit_size -> BigInt,
        unit_price -> Text,
        units -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage_notices (seller_id, subscription_id, resource, notice, month_from) {
        seller_id -> Binary,
        subscription_id -> Binary,
        resource -> Text,
        notice -> Text,
        month_from -> Date,
        created_at -> BigInt,
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

diesel::allow_tables_to_appear_in_same_query!(
    sellers,
    counters,
    roles,
    administrators,
    clients,
    client_groups,
    client_group_members,
    client_properties,
    discounts,
    subscription_discounts,
    contacts,
    sessions,
    api_keys,
    password_resets,
    activities,
    idempotency_keys,
    mails,
    tax_policies,
    tax_rules,
    stores,
    plans,
    plan_stores,
    plan_paths,
    plan_downgrades,
    add_on_groups,
    add_ons,
    plan_add_ons,
    prices,
    coupons,
    orders,
    coupon_uses,
    subscriptions,
    subscription_items,
    subscription_status_changes,
    subscription_properties,
    subscription_comments,
    subscription_changes,
    subscription_transfers,
    subscription_holds,
    waived_periods,
    services,
    invoice_series,
    chain_heads,
    chain_links,
    invoices,
    invoice_lines,
    payment_methods,
    payment_shares,
    transactions,
    allocations,
    allocation_lines,
    client_credits,
    ledger_entries,
    ledger_postings,
    todos,
    events,
    watermarks,
    webhook_endpoints,
    webhook_deliveries,
    settings,
    dunning_steps,
    sandboxes,
    overuse_prices,
    usage_records,
    usage_months,
    usage_notices,
    vat_checks,
    tax_evidence,
    operations,
    operation_steps
);
