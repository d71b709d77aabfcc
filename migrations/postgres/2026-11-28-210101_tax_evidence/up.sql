-- What showed where the buyer of an order was, when it was placed. Never changed.

CREATE TABLE tax_evidence (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    order_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    country TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, order_id, kind),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
