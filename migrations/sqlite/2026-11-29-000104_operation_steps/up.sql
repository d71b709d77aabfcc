-- What came of each step of an operation whose steps are transactions of their own: what is here is not done again.

CREATE TABLE operation_steps (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    operation_id BLOB NOT NULL,
    position BIGINT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (seller_id, operation_id, position),
    FOREIGN KEY (seller_id, operation_id) REFERENCES operations (seller_id, id)
);
