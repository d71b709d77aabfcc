-- What rules may ask of a client: a name, a value, and whether it counts.
CREATE TABLE client_properties (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    client_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    PRIMARY KEY (seller_id, client_id, name),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
