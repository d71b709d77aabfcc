-- What clients are charged with when they are not there: a token at a gateway, sealed.

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
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, client_id, gateway, label),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (seller_id, client_id) WHERE is_default;
