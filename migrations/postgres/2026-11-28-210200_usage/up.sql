-- What is used of disk space and traffic, what is charged for it, and who was told.

-- What a unit above the limit costs: never overwritten, ended by a date and followed by another row.
CREATE TABLE overuse_prices (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    plan_id BYTEA NOT NULL,
    resource TEXT NOT NULL,
    currency TEXT NOT NULL,
    unit_size BIGINT NOT NULL,
    unit_price TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, plan_id, resource, currency, valid_from),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    CHECK (unit_size > 0),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);

-- One report of use. A report twice has the same key; a correction is a report of its own that replaces another.
CREATE TABLE usage_records (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    subscription_id BYTEA NOT NULL,
    resource TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    amount BIGINT NOT NULL,
    month_from DATE NOT NULL,
    month_to DATE NOT NULL,
    due_on DATE NOT NULL,
    is_counted BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    replaces_id BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, source, record_key),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, replaces_id) REFERENCES usage_records (seller_id, id),
    CHECK (amount >= 0),
    CHECK (month_from <= from_on AND from_on < to_on AND to_on <= month_to)
);
CREATE UNIQUE INDEX usage_records_replaces ON usage_records (seller_id, replaces_id) WHERE replaces_id IS NOT NULL;
CREATE INDEX usage_records_subscription ON usage_records (seller_id, subscription_id, to_on);
CREATE INDEX usage_records_month ON usage_records (seller_id, subscription_id, month_from);
-- What the billing run has not looked at.
CREATE INDEX usage_records_due ON usage_records (seller_id, is_counted, due_on, subscription_id);

-- What a month of a subscription has been charged for, and on which terms: they stay, whatever becomes of the plan.
CREATE TABLE usage_months (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    subscription_id BYTEA NOT NULL,
    resource TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    limit_amount BIGINT,
    unit_size BIGINT NOT NULL,
    unit_price TEXT NOT NULL,
    units BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, subscription_id, resource, from_on),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    CHECK (units >= 0 AND unit_size > 0)
);

-- Which notices were given: each once in a month.
CREATE TABLE usage_notices (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    subscription_id BYTEA NOT NULL,
    resource TEXT NOT NULL,
    notice TEXT NOT NULL,
    month_from DATE NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, subscription_id, resource, notice, month_from),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
