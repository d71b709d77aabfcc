-- Providers of certificates, what plans sell of theirs, and the add-ons that certificate plans have become.

-- An account with a provider, and what it issues.
CREATE TABLE certificate_providers (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    products TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);

CREATE TABLE plan_certificates (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    plan_id BLOB NOT NULL,
    provider_id BLOB NOT NULL,
    products TEXT NOT NULL,
    PRIMARY KEY (seller_id, plan_id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, provider_id) REFERENCES certificate_providers (seller_id, id)
);
CREATE INDEX plan_certificates_provider ON plan_certificates (seller_id, provider_id);

-- Which plan an add-on was: that plan says in which stores it is, and what is issued.
CREATE TABLE certificate_add_ons (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    add_on_id BLOB NOT NULL,
    plan_id BLOB NOT NULL,
    PRIMARY KEY (seller_id, add_on_id),
    UNIQUE (seller_id, plan_id),
    FOREIGN KEY (seller_id, add_on_id) REFERENCES add_ons (seller_id, id),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id)
);
