-- What payers dispute of their payments (PAY-10, LED-01).
CREATE TABLE disputes (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    transaction_id BLOB NOT NULL,
    -- the gateway's id of the dispute; null if it was recorded by hand
    gateway_reference TEXT,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    answer_by BIGINT,
    -- the transaction by which the money has gone, if it has
    chargeback_id BLOB,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, transaction_id, gateway_reference),
    FOREIGN KEY (seller_id, transaction_id) REFERENCES transactions (seller_id, id)
);
CREATE INDEX disputes_state ON disputes (seller_id, state, id);
