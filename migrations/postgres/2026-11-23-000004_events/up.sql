-- The event queue, webhooks, and what a seller has settled about its business.

CREATE TABLE events (
    id BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    seller_id BYTEA REFERENCES sellers (id),
    clock TEXT NOT NULL,
    kind TEXT NOT NULL,
    unique_key TEXT NOT NULL UNIQUE,
    subject_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    leased_until BIGINT,
    leased_by TEXT,
    last_error TEXT NOT NULL,
    result TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX events_due ON events (state, run_at, id);
CREATE INDEX events_lease ON events (state, leased_until);
CREATE INDEX events_seller ON events (seller_id, id);

-- How far a recurring event has come for a seller.
CREATE TABLE watermarks (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    kind TEXT NOT NULL,
    done_through DATE NOT NULL,
    PRIMARY KEY (seller_id, kind)
);

CREATE TABLE webhook_endpoints (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    kinds TEXT NOT NULL,
    secret_sealed TEXT NOT NULL,
    previous_secret_sealed TEXT,
    previous_until BIGINT,
    state TEXT NOT NULL,
    failures INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);

-- Business settings of a seller; absent means the default.
CREATE TABLE settings (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, name)
);

-- Which reminder, suspension or cancellation an invoice has had: each once.
CREATE TABLE dunning_steps (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    invoice_id BYTEA NOT NULL,
    step TEXT NOT NULL,
    happened_on DATE NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, invoice_id, step),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id)
);
