-- The payment gateways that sellers have set up: what a connector has to be told, its secrets sealed.

CREATE TABLE gateways (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL,
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    labels TEXT NOT NULL,
    is_live BOOLEAN NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    currencies TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets_sealed TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code)
);
