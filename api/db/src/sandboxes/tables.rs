//! Every table, and what of it comes into a sandbox. The order satisfies the foreign keys. A test holds the list against
//! the schema: whoever adds a table decides here what a rehearsal needs of it.

/// A table, which of the seller's rows are copied, and what is different in the copies.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Which rows.
    pub rows: Rows,
    /// Columns whose value is another expression in the copy.
    pub changed: &'static [(&'static str, &'static str)],
    /// The column that the new database counts itself, in the same order.
    pub counted: Option<&'static str>,
}

/// Which rows of a table are copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// All of the seller.
    All,
    /// All there are: they are of the house, not of a seller.
    House,
    /// Those of the seller for which this holds.
    Where(&'static str),
    /// None, because of this.
    None(&'static str),
}

const fn all(name: &'static str) -> Table {
    Table { name, rows: Rows::All, changed: &[], counted: None }
}

const fn house(name: &'static str) -> Table {
    Table { name, rows: Rows::House, changed: &[], counted: None }
}

const fn none(name: &'static str, because: &'static str) -> Table {
    Table { name, rows: Rows::None(because), changed: &[], counted: None }
}

const fn only(name: &'static str, condition: &'static str) -> Table {
    Table { name, rows: Rows::Where(condition), changed: &[], counted: None }
}

const fn changed(name: &'static str, changed: &'static [(&'static str, &'static str)]) -> Table {
    Table { name, rows: Rows::All, changed, counted: None }
}

/// All tables.
pub const TABLES: &[Table] = &[
    // whoever is copied is the root of the sandbox: nothing of the provider comes along with a reseller
    changed("sellers", &[("kind", "'provider'"), ("parent_seller_id", "NULL"), ("parent_client_id", "NULL")]),
    all("counters"),
    all("roles"),
    all("administrators"),
    all("clients"),
    all("own_clients"),
    all("client_groups"),
    all("client_group_members"),
    all("client_properties"),
    all("contacts"),
    none("sessions", "a sign-in holds where it was made"),
    all("api_keys"),
    none("password_resets", "their links lead to the live house"),
    Table { counted: Some("sequence"), ..all("activities") },
    none("idempotency_keys", "what was asked for live was not asked for here"),
    // what waits is sent by the live house
    only("mails", "state <> 'queued'"),
    all("tax_policies"),
    all("tax_rules"),
    all("vat_checks"),
    all("exchange_rates"),
    all("stores"),
    all("registrars"),
    all("tlds"),
    all("certificate_providers"),
    all("plans"),
    all("plan_stores"),
    all("plan_paths"),
    all("plan_downgrades"),
    all("add_on_groups"),
    all("add_ons"),
    all("plan_add_ons"),
    all("plan_certificates"),
    all("certificate_add_ons"),
    all("prices"),
    all("overuse_prices"),
    all("coupons"),
    all("discounts"),
    all("orders"),
    all("tax_evidence"),
    // nobody outside is asked in a rehearsal
    changed("fraud_scorers", &[("connector", "'fake'"), ("settings", "'{}'"), ("secrets_sealed", "NULL")]),
    all("fraud_entries"),
    all("fraud_checks"),
    all("coupon_uses"),
    all("subscriptions"),
    all("subscription_discounts"),
    all("subscription_items"),
    all("subscription_status_changes"),
    all("subscription_properties"),
    all("subscription_comments"),
    all("subscription_changes"),
    all("subscription_transfers"),
    all("subscription_holds"),
    all("waived_periods"),
    changed("services", &[("leased_until", "NULL")]),
    all("usage_records"),
    all("usage_months"),
    all("usage_notices"),
    all("invoice_series"),
    all("chain_heads"),
    all("chain_links"),
    all("invoices"),
    all("draft_terms"),
    all("invoice_lines"),
    all("schet_facturas"),
    all("schet_factura_lines"),
    // no bank gets a file of a rehearsal: what is collected from accounts is paid by the fake
    changed("transactions", &[("is_debit", "FALSE")]),
    // tokens and secrets are sealed anew by `app::sandboxes::prepare`
    all("gateways"),
    all("payment_methods"),
    none("payment_method_setups", "whoever is at a gateway's page is at that of the live one"),
    none("encryption", "nobody is asked for a pass-phrase in a rehearsal: the sandbox's own house keeps the key"),
    none("encryption_keys", "what is sealed under them is sealed anew"),
    none("encryption_shares", "they are halves of a live key"),
    all("payment_shares"),
    all("custom_hosting"),
    all("allocations"),
    all("allocation_lines"),
    all("disputes"),
    all("mandates"),
    none("debit_batches", "their files are sealed for the live house"),
    none("debits", "no bank gets a file of a rehearsal"),
    none("bank_replies", "they are sealed for the live house"),
    none("bank_entries", "they belong to files that are not copied"),
    none("administrator_accounts", "they are sealed for the live house"),
    all("client_credits"),
    all("ledger_templates"),
    all("template_postings"),
    all("ledger_entries"),
    all("ledger_postings"),
    all("todos"),
    none("events", "rows say what is to be done; events only make it prompt, and these are the live house's"),
    // a rehearsal of the days that come, as they come
    house("event_schedules"),
    all("watermarks"),
    changed("webhook_endpoints", &[("state", "'disabled'")]),
    only("webhook_deliveries", "state <> 'pending'"),
    all("settings"),
    all("dunning_steps"),
    none("sandboxes", "a sandbox has none of its own"),
    none("operations", "what was asked for live is done there"),
    none("operation_steps", "what was asked for live is done there"),
];
