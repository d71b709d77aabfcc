-- Sellers, who works for them, who signs in, what was done, and what must not be done twice.

CREATE TABLE sellers (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    parent_seller_id BLOB REFERENCES sellers (id),
    parent_client_id BLOB,
    company TEXT NOT NULL,
    address_line1 TEXT NOT NULL,
    address_line2 TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    website TEXT NOT NULL,
    vat_number TEXT NOT NULL,
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    access_urls TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    FOREIGN KEY (parent_seller_id, parent_client_id) REFERENCES clients (seller_id, id),
    CHECK ((kind = 'provider') = (parent_seller_id IS NULL))
);
CREATE UNIQUE INDEX sellers_one_provider ON sellers (kind) WHERE kind = 'provider';
CREATE UNIQUE INDEX sellers_parent_client ON sellers (parent_seller_id, parent_client_id);

CREATE TABLE counters (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (seller_id, name)
);

CREATE TABLE roles (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    full_access BOOLEAN NOT NULL,
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);

CREATE TABLE administrators (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    locale TEXT NOT NULL,
    country TEXT NOT NULL,
    status TEXT NOT NULL,
    role_id BLOB NOT NULL,
    refuse_parallel_sessions BOOLEAN NOT NULL,
    password_hash TEXT,
    password_changed_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, email),
    FOREIGN KEY (seller_id, role_id) REFERENCES roles (seller_id, id)
);

CREATE TABLE clients (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    status_reason TEXT NOT NULL,
    archived_at BIGINT,
    company TEXT NOT NULL,
    vat_number TEXT NOT NULL,
    address_line1 TEXT NOT NULL,
    address_line2 TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    locale TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, number)
);
CREATE INDEX clients_status ON clients (seller_id, status, id);

CREATE TABLE contacts (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    client_id BLOB NOT NULL,
    is_primary BOOLEAN NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    locale TEXT NOT NULL,
    mail_format TEXT NOT NULL,
    password_hash TEXT,
    password_changed_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, email),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE UNIQUE INDEX contacts_one_primary ON contacts (seller_id, client_id) WHERE is_primary;
CREATE INDEX contacts_client ON contacts (seller_id, client_id, id);

CREATE TABLE sessions (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    audience TEXT NOT NULL,
    administrator_id BLOB,
    contact_id BLOB,
    impersonated_by BLOB,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    refresh_hash BLOB NOT NULL UNIQUE,
    previous_refresh_hash BLOB UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, administrator_id) REFERENCES administrators (seller_id, id),
    FOREIGN KEY (seller_id, contact_id) REFERENCES contacts (seller_id, id),
    FOREIGN KEY (seller_id, impersonated_by) REFERENCES administrators (seller_id, id),
    CHECK ((administrator_id IS NULL) <> (contact_id IS NULL))
);
CREATE INDEX sessions_administrator ON sessions (seller_id, administrator_id);
CREATE INDEX sessions_contact ON sessions (seller_id, contact_id);

CREATE TABLE api_keys (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    requests_per_minute BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);

CREATE TABLE password_resets (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    administrator_id BLOB,
    contact_id BLOB,
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, administrator_id) REFERENCES administrators (seller_id, id),
    FOREIGN KEY (seller_id, contact_id) REFERENCES contacts (seller_id, id),
    CHECK ((administrator_id IS NULL) <> (contact_id IS NULL))
);

-- Append-only: what happened, for audit, webhooks and replay.
CREATE TABLE activities (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    happened_at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    ip TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX activities_seller ON activities (seller_id, id);
CREATE INDEX activities_subject ON activities (seller_id, subject_id, id);

-- What a POST with an Idempotency-Key answered, written in the transaction that did it.
CREATE TABLE idempotency_keys (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, actor, name)
);

-- What is to be sent: kind and variables; the text is made when it is sent.
CREATE TABLE mails (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    unique_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    locale TEXT NOT NULL,
    format TEXT NOT NULL,
    recipient TEXT NOT NULL,
    variables TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    run_at BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, unique_key)
);
CREATE INDEX mails_due ON mails (state, run_at);
