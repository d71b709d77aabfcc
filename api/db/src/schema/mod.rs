//! The tables, as the migrations make them: the columns of each, capability by capability, and here which of them may stand
//! in one query, which is all.

mod catalogue;
mod client;
mod event;
mod fraud;
mod invoice;
mod money;
mod people;
mod promotion;
mod seller;
mod subscription;
mod tax;
mod usage;

pub use catalogue::*;
pub use client::*;
pub use event::*;
pub use fraud::*;
pub use invoice::*;
pub use money::*;
pub use people::*;
pub use promotion::*;
pub use seller::*;
pub use subscription::*;
pub use tax::*;
pub use usage::*;

diesel::allow_tables_to_appear_in_same_query!(
    plans,
    plan_stores,
    plan_paths,
    plan_downgrades,
    add_on_groups,
    add_ons,
    plan_add_ons,
    prices,
    overuse_prices,
    clients,
    own_clients,
    client_groups,
    client_group_members,
    client_properties,
    contacts,
    client_credits,
    payment_methods,
    payment_method_setups,
    encryption,
    encryption_keys,
    encryption_shares,
    gateways,
    fraud_scorers,
    fraud_entries,
    fraud_checks,
    events,
    event_schedules,
    watermarks,
    operations,
    operation_steps,
    todos,
    activities,
    mails,
    webhook_endpoints,
    webhook_deliveries,
    idempotency_keys,
    sandboxes,
    invoice_series,
    chain_heads,
    chain_links,
    schet_facturas,
    schet_factura_lines,
    invoices,
    draft_terms,
    invoice_lines,
    dunning_steps,
    transactions,
    allocations,
    allocation_lines,
    disputes,
    mandates,
    debit_batches,
    debits,
    bank_replies,
    bank_entries,
    administrator_accounts,
    ledger_entries,
    ledger_templates,
    template_postings,
    ledger_postings,
    roles,
    administrators,
    sessions,
    api_keys,
    password_resets,
    discounts,
    subscription_discounts,
    coupons,
    coupon_uses,
    sellers,
    counters,
    settings,
    stores,
    orders,
    subscriptions,
    subscription_status_changes,
    subscription_properties,
    subscription_comments,
    subscription_items,
    subscription_changes,
    subscription_transfers,
    subscription_holds,
    waived_periods,
    services,
    payment_shares,
    custom_hosting,
    tax_policies,
    tax_rules,
    vat_checks,
    tax_evidence,
    exchange_rates,
    usage_records,
    usage_months,
    usage_notices,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    debits::batch_id,
    transactions::gateway,
    transactions::state,
    transactions::currency,
);
