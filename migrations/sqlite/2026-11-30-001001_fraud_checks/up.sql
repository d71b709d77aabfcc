-- The fraud check of orders: what was found about each and what was decided, the lists of the sellers, and whom they ask.

CREATE TABLE fraud_scorers (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    connector TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets_sealed TEXT,
    is_enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id)
);

CREATE TABLE fraud_entries (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    note TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    -- a thing is on one list
    UNIQUE (seller_id, kind, value)
);
CREATE INDEX fraud_entries_by_value ON fraud_entries (seller_id, value);

CREATE TABLE fraud_checks (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    order_id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    state TEXT NOT NULL,
    -- whether an administrator has taken the order
    is_taken BOOLEAN NOT NULL,
    score TEXT NOT NULL,
    rules_score TEXT NOT NULL,
    findings TEXT NOT NULL,
    -- who was asked, and what was answered
    scorer TEXT,
    scored TEXT,
    ip_country TEXT,
    -- personal data, forgotten after a while
    ip TEXT,
    mail TEXT,
    reason TEXT NOT NULL,
    decided_by_kind TEXT,
    decided_by_name TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, order_id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX fraud_checks_by_client ON fraud_checks (seller_id, client_id, created_at);
CREATE INDEX fraud_checks_by_ip ON fraud_checks (seller_id, ip, created_at) WHERE ip IS NOT NULL;
CREATE INDEX fraud_checks_by_mail ON fraud_checks (seller_id, mail, created_at) WHERE mail IS NOT NULL;
CREATE INDEX fraud_checks_waiting ON fraud_checks (seller_id, id) WHERE state = 'waiting';
