-- Orders, subscriptions, invoices, payments, the ledger.

CREATE TABLE orders (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    number BIGINT NOT NULL,
    store_id BYTEA NOT NULL,
    client_id BYTEA NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    cart TEXT NOT NULL,
    quote TEXT NOT NULL,
    gross_minor BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, number),
    FOREIGN KEY (seller_id, store_id) REFERENCES stores (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX orders_client ON orders (seller_id, client_id, id);
CREATE INDEX orders_state ON orders (seller_id, state, expires_at);

-- One use of a coupon by one order: reserved at checkout, used when paid, released when the order ends unpaid.
CREATE TABLE coupon_uses (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    coupon_id BYTEA NOT NULL,
    client_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, coupon_id, order_id),
    FOREIGN KEY (seller_id, coupon_id) REFERENCES coupons (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX coupon_uses_client ON coupon_uses (seller_id, client_id, coupon_id);

CREATE TABLE subscriptions (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    number BIGINT NOT NULL,
    client_id BYTEA NOT NULL,
    store_id BYTEA NOT NULL,
    plan_id BYTEA,
    order_id BYTEA,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    status_reason TEXT NOT NULL,
    currency TEXT NOT NULL,
    cycle TEXT NOT NULL,
    anchor_on DATE NOT NULL,
    starts_on DATE NOT NULL,
    billed_through DATE NOT NULL,
    next_invoice_on DATE,
    ends_on DATE,
    trial_until DATE,
    cycle_limit INTEGER,
    lead_days INTEGER NOT NULL,
    coupon_id BYTEA,
    coupon_cycles INTEGER,
    gateway TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, number),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, store_id) REFERENCES stores (seller_id, id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id),
    FOREIGN KEY (seller_id, coupon_id) REFERENCES coupons (seller_id, id)
);
CREATE INDEX subscriptions_due ON subscriptions (seller_id, next_invoice_on, client_id, id);
CREATE INDEX subscriptions_client ON subscriptions (seller_id, client_id, id);
CREATE INDEX subscriptions_plan ON subscriptions (seller_id, plan_id);

-- What is charged each cycle, from one day to another.
CREATE TABLE subscription_items (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    subscription_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    plan_id BYTEA,
    add_on_id BYTEA,
    price_id BYTEA,
    description TEXT NOT NULL,
    unit_price TEXT NOT NULL,
    setup_fee TEXT NOT NULL,
    quantity TEXT NOT NULL,
    tax_policy_id BYTEA,
    from_on DATE NOT NULL,
    to_on DATE,
    known_on DATE NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, add_on_id) REFERENCES add_ons (seller_id, id),
    FOREIGN KEY (seller_id, price_id) REFERENCES prices (seller_id, id),
    FOREIGN KEY (seller_id, tax_policy_id) REFERENCES tax_policies (seller_id, id)
);
CREATE INDEX subscription_items_subscription ON subscription_items (seller_id, subscription_id);

-- Why a subscription is suspended, and since when; lifted ones stay for the record of days.
CREATE TABLE subscription_holds (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    subscription_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    placed_on DATE NOT NULL,
    placed_at BIGINT NOT NULL,
    lifted_on DATE,
    lifted_at BIGINT,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
CREATE UNIQUE INDEX subscription_holds_one ON subscription_holds (seller_id, subscription_id, kind) WHERE lifted_at IS NULL;
CREATE INDEX subscription_holds_subscription ON subscription_holds (seller_id, subscription_id);

-- Time that is not charged: a period like any other, so that periods tile.
CREATE TABLE waived_periods (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    subscription_id BYTEA NOT NULL,
    item_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (seller_id, item_id, kind, from_on),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, item_id) REFERENCES subscription_items (seller_id, id)
);

-- What is delivered: what should be, and what was last seen.
CREATE TABLE services (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    subscription_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    desired TEXT NOT NULL,
    observed TEXT NOT NULL,
    is_settled BOOLEAN NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
CREATE INDEX services_unsettled ON services (is_settled, changed_at);
CREATE INDEX services_subscription ON services (seller_id, subscription_id);
CREATE UNIQUE INDEX services_name ON services (seller_id, kind, name) WHERE desired <> 'absent';

-- Where invoice numbers come from: one row per series, locked while numbers are taken.
CREATE TABLE invoice_series (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    kind TEXT NOT NULL,
    scheme TEXT NOT NULL,
    prefix TEXT NOT NULL,
    width INTEGER NOT NULL,
    next BIGINT NOT NULL,
    last_on DATE,
    PRIMARY KEY (seller_id, kind)
);

-- The head of each hash chain.
CREATE TABLE chain_heads (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    chain TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (seller_id, chain)
);

CREATE TABLE chain_links (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    chain TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    frozen_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (seller_id, chain, seq)
);

CREATE TABLE invoices (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    client_id BYTEA NOT NULL,
    order_id BYTEA,
    credits_invoice_id BYTEA,
    currency TEXT NOT NULL,
    series TEXT,
    number TEXT,
    sequence BIGINT,
    issued_on DATE,
    due_on DATE,
    net_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    open_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    is_written_off BOOLEAN NOT NULL,
    taxes TEXT NOT NULL,
    buyer TEXT NOT NULL,
    comment TEXT NOT NULL,
    frozen TEXT,
    frozen_hash TEXT,
    gateway TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id),
    FOREIGN KEY (seller_id, credits_invoice_id) REFERENCES invoices (seller_id, id),
    CHECK ((state = 'draft') = (number IS NULL)),
    CHECK ((state = 'draft') = (frozen IS NULL))
);
CREATE UNIQUE INDEX invoices_sequence ON invoices (seller_id, series, sequence) WHERE sequence IS NOT NULL;
CREATE UNIQUE INDEX invoices_number ON invoices (seller_id, number) WHERE number IS NOT NULL;
CREATE INDEX invoices_client ON invoices (seller_id, client_id, id);
CREATE INDEX invoices_open ON invoices (seller_id, due_on, id) WHERE state = 'issued' AND open_minor > 0;
CREATE INDEX invoices_order ON invoices (seller_id, order_id);

CREATE TABLE invoice_lines (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    invoice_id BYTEA NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit_price TEXT NOT NULL,
    subscription_id BYTEA,
    item_id BYTEA,
    credits_line_id BYTEA,
    period_from DATE,
    period_to DATE,
    before_discount_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    coupon_discount_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    tax_policy_id BYTEA,
    trace TEXT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, invoice_id, position),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, item_id) REFERENCES subscription_items (seller_id, id),
    FOREIGN KEY (seller_id, credits_line_id) REFERENCES invoice_lines (seller_id, id)
);
-- No period of an item is charged twice. Credit notes name the line they credit and are exempt.
CREATE UNIQUE INDEX invoice_lines_once ON invoice_lines (seller_id, item_id, kind, period_from)
    WHERE item_id IS NOT NULL AND credits_line_id IS NULL;
CREATE INDEX invoice_lines_subscription ON invoice_lines (seller_id, subscription_id, period_from);

-- A movement of money at a gateway or by hand. The reference is ours and is committed before the call.
CREATE TABLE transactions (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    client_id BYTEA NOT NULL,
    invoice_id BYTEA,
    order_id BYTEA,
    refunds_transaction_id BYTEA,
    gateway TEXT NOT NULL,
    reference TEXT NOT NULL,
    gateway_reference TEXT,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    detail TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, reference),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id),
    CHECK (amount_minor > 0)
);
CREATE UNIQUE INDEX transactions_gateway ON transactions (seller_id, gateway, gateway_reference) WHERE gateway_reference IS NOT NULL;
CREATE INDEX transactions_state ON transactions (state, created_at);
CREATE INDEX transactions_invoice ON transactions (seller_id, invoice_id);

-- Which invoice a payment or a credit went to.
CREATE TABLE allocations (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    invoice_id BYTEA NOT NULL,
    transaction_id BYTEA,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id),
    FOREIGN KEY (seller_id, transaction_id) REFERENCES transactions (seller_id, id),
    CHECK (amount_minor > 0)
);
CREATE INDEX allocations_invoice ON allocations (seller_id, invoice_id);

-- What a client has to its credit, movement by movement; the sum per currency is never below zero.
CREATE TABLE client_credits (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    client_id BYTEA NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    balance_minor BIGINT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    invoice_id BYTEA,
    transaction_id BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id),
    FOREIGN KEY (seller_id, transaction_id) REFERENCES transactions (seller_id, id),
    CHECK (balance_minor >= 0)
);
CREATE INDEX client_credits_client ON client_credits (seller_id, client_id, currency, id);

CREATE TABLE ledger_entries (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    booked_on DATE NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    client_id BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX ledger_entries_day ON ledger_entries (seller_id, booked_on, id);
CREATE INDEX ledger_entries_subject ON ledger_entries (seller_id, subject_id);

-- Balanced by shape: one amount, from one account to another.
CREATE TABLE ledger_postings (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    entry_id BYTEA NOT NULL,
    position INTEGER NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (seller_id, entry_id, position),
    FOREIGN KEY (seller_id, entry_id) REFERENCES ledger_entries (seller_id, id),
    CHECK (amount_minor > 0),
    CHECK (debit <> credit)
);

CREATE TABLE todos (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    unique_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    state TEXT NOT NULL,
    assignee_id BYTEA,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, assignee_id) REFERENCES administrators (seller_id, id)
);
-- The same trouble is one to-do until it is done.
CREATE UNIQUE INDEX todos_open ON todos (seller_id, unique_key) WHERE state = 'open';
CREATE INDEX todos_state ON todos (seller_id, state, id);
