-- The keys that stored payment methods lie under: random ones, of which only wrapped ones are here. Methods that were stored
-- before have version 0: they lie under the key that follows from the master key.

CREATE TABLE encryption (
    seller_id BLOB NOT NULL PRIMARY KEY REFERENCES sellers (id),
    mode TEXT NOT NULL,
    key_version INTEGER NOT NULL,
    pin_hash TEXT,
    wrong_tries INTEGER NOT NULL,
    blocked_until BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE encryption_keys (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    key_version INTEGER NOT NULL CHECK (key_version > 0),
    wrapping TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    stretching TEXT,
    fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, key_version)
);

CREATE TABLE encryption_shares (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    number INTEGER NOT NULL CHECK (number IN (1, 2)),
    key_version INTEGER NOT NULL,
    administrator_id BLOB NOT NULL,
    waits_sealed TEXT,
    taken_at BIGINT,
    returned_sealed TEXT,
    PRIMARY KEY (seller_id, number),
    FOREIGN KEY (seller_id, administrator_id) REFERENCES administrators (seller_id, id)
);

ALTER TABLE payment_methods ADD COLUMN key_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payment_methods_key ON payment_methods (seller_id, key_version, id);
