-- What is known of stored methods besides the text that shows them (PAY-07). Two cards of one brand may end alike, so that text
-- names nothing any more: the table is made anew without its UNIQUE. The rows that point at it find theirs again before the end.
PRAGMA defer_foreign_keys = ON;
CREATE TEMPORARY TABLE kept AS SELECT * FROM payment_methods;
DROP TABLE payment_methods;
CREATE TABLE payment_methods (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    client_id BLOB NOT NULL,
    gateway TEXT NOT NULL,
    token_sealed TEXT NOT NULL,
    label TEXT NOT NULL,
    expires_on DATE,
    is_default BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    key_version INTEGER NOT NULL DEFAULT 0,
    retired_at BIGINT,
    forgotten_at BIGINT,
    card_country TEXT,
    kind TEXT NOT NULL,
    brand TEXT,
    last_four TEXT,
    -- what the gateway tells one card from another by
    fingerprint TEXT,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
INSERT INTO payment_methods (
    seller_id, id, client_id, gateway, token_sealed, label, expires_on, is_default, created_at, version, key_version, retired_at,
    forgotten_at, card_country, kind
)
SELECT
    seller_id, id, client_id, gateway, token_sealed, label, expires_on, is_default, created_at, version, key_version, retired_at,
    forgotten_at, card_country,
    CASE
        WHEN label LIKE 'sepa_debit %' OR EXISTS (
            SELECT 1 FROM gateways
            WHERE gateways.seller_id = kept.seller_id AND gateways.code = kept.gateway
                AND gateways.connector IN ('sepa_debit', 'norma19', 'dtaus')
        ) THEN 'bank_account'
        WHEN label NOT LIKE '%••••%' AND label <> 'card' THEN 'agreement'
        ELSE 'card'
    END
FROM kept;
DROP TABLE kept;
UPDATE payment_methods SET last_four = substr(label, -4) WHERE label LIKE '%•••• ____';
UPDATE payment_methods SET brand = substr(label, 1, instr(label, ' ••••') - 1)
WHERE kind = 'card' AND label LIKE '%_ •••• ____' AND label NOT LIKE 'card ••••%';
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (seller_id, client_id) WHERE is_default;
CREATE INDEX payment_methods_key ON payment_methods (seller_id, key_version, id);
CREATE INDEX payment_methods_client ON payment_methods (seller_id, client_id, id);

-- Methods that their clients have to agree to, at a page of the bank or the gateway, before they are stored.
CREATE TABLE payment_method_setups (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    client_id BLOB NOT NULL,
    gateway TEXT NOT NULL,
    -- by what the gateway is asked, sealed; null once it is decided
    handle_sealed TEXT,
    redirect_to TEXT NOT NULL,
    redirect_fields TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT NOT NULL,
    -- the method that was stored; it may have been forgotten since
    payment_method_id BLOB,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX payment_method_setups_state ON payment_method_setups (seller_id, state, id);
