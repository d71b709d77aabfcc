-- What is sold, where, for how much, and with which tax and discount.

CREATE TABLE tax_policies (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);
CREATE UNIQUE INDEX tax_policies_one_default ON tax_policies (seller_id) WHERE is_default;

-- A rate is a percentage or a fixed amount. A change of law is a new row with dates.
CREATE TABLE tax_rules (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    tax_policy_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    area TEXT NOT NULL,
    state TEXT NOT NULL,
    county TEXT NOT NULL,
    city TEXT NOT NULL,
    stage TEXT NOT NULL,
    percent TEXT,
    fixed_minor BIGINT,
    fixed_currency TEXT,
    valid_from DATE,
    valid_to DATE,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, tax_policy_id) REFERENCES tax_policies (seller_id, id),
    CHECK ((percent IS NULL) <> (fixed_minor IS NULL)),
    CHECK ((fixed_minor IS NULL) = (fixed_currency IS NULL))
);
CREATE INDEX tax_rules_policy ON tax_rules (seller_id, tax_policy_id, id);

CREATE TABLE stores (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    is_open BOOLEAN NOT NULL,
    currency TEXT NOT NULL,
    locales TEXT NOT NULL,
    price_basis TEXT NOT NULL,
    gateways TEXT NOT NULL,
    domain_options TEXT NOT NULL,
    require_vat_number BOOLEAN NOT NULL,
    terms TEXT NOT NULL,
    theme TEXT NOT NULL,
    landing TEXT NOT NULL,
    publishable_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code)
);
CREATE UNIQUE INDEX stores_one_default ON stores (seller_id) WHERE is_default;

CREATE TABLE plans (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    features TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    properties TEXT NOT NULL,
    tlds TEXT NOT NULL,
    tax_policy_id BYTEA,
    prorates BOOLEAN NOT NULL,
    lead_days INTEGER NOT NULL,
    cycle_limit INTEGER,
    trial_days INTEGER NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code),
    FOREIGN KEY (seller_id, tax_policy_id) REFERENCES tax_policies (seller_id, id)
);
CREATE INDEX plans_state ON plans (seller_id, state, position, id);

CREATE TABLE plan_stores (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    plan_id BYTEA NOT NULL,
    store_id BYTEA NOT NULL,
    PRIMARY KEY (seller_id, plan_id, store_id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, store_id) REFERENCES stores (seller_id, id)
);

-- From which plan to which other one may change.
CREATE TABLE plan_paths (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    from_plan_id BYTEA NOT NULL,
    to_plan_id BYTEA NOT NULL,
    PRIMARY KEY (seller_id, from_plan_id, to_plan_id),
    FOREIGN KEY (seller_id, from_plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, to_plan_id) REFERENCES plans (seller_id, id),
    CHECK (from_plan_id <> to_plan_id)
);

CREATE TABLE add_on_groups (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);

CREATE TABLE add_ons (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    add_on_group_id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    properties TEXT NOT NULL,
    tax_policy_id BYTEA,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code),
    FOREIGN KEY (seller_id, add_on_group_id) REFERENCES add_on_groups (seller_id, id),
    FOREIGN KEY (seller_id, tax_policy_id) REFERENCES tax_policies (seller_id, id)
);
CREATE INDEX add_ons_group ON add_ons (seller_id, add_on_group_id, id);

-- Which add-ons a plan offers.
CREATE TABLE plan_add_ons (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    plan_id BYTEA NOT NULL,
    add_on_id BYTEA NOT NULL,
    PRIMARY KEY (seller_id, plan_id, add_on_id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, add_on_id) REFERENCES add_ons (seller_id, id)
);

-- One price of a plan or an add-on: never overwritten, ended by a date and followed by another row.
CREATE TABLE prices (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    plan_id BYTEA,
    add_on_id BYTEA,
    cycle TEXT NOT NULL,
    currency TEXT NOT NULL,
    recurring_minor BIGINT NOT NULL,
    setup_minor BIGINT NOT NULL,
    upgrade_minor BIGINT NOT NULL,
    downgrade_minor BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, add_on_id) REFERENCES add_ons (seller_id, id),
    CHECK ((plan_id IS NULL) <> (add_on_id IS NULL)),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);
CREATE UNIQUE INDEX prices_plan ON prices (seller_id, plan_id, cycle, currency, valid_from) WHERE plan_id IS NOT NULL;
CREATE UNIQUE INDEX prices_add_on ON prices (seller_id, add_on_id, cycle, currency, valid_from) WHERE add_on_id IS NOT NULL;

CREATE TABLE coupons (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    code TEXT,
    is_active BOOLEAN NOT NULL,
    percent TEXT,
    fixed_minor BIGINT,
    fixed_currency TEXT,
    free_setup BOOLEAN NOT NULL,
    stores TEXT NOT NULL,
    plans TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    max_uses INTEGER,
    max_uses_per_client INTEGER,
    cycles INTEGER,
    uses INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    CHECK ((percent IS NULL) <> (fixed_minor IS NULL)),
    CHECK ((fixed_minor IS NULL) = (fixed_currency IS NULL)),
    CHECK (uses >= 0 AND (max_uses IS NULL OR uses <= max_uses))
);
CREATE UNIQUE INDEX coupons_code ON coupons (seller_id, code) WHERE code IS NOT NULL;
