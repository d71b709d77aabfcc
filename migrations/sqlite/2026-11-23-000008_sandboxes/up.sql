-- Copies of sellers in databases of their own, with clocks that are moved: what the live database knows of them.

CREATE TABLE sandboxes (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    clock_at BIGINT NOT NULL,
    journey TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);
