-- Groups of clients: how much is taken off for their members, whether they are suspended, how they are reminded.

CREATE TABLE client_groups (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    maximum_discount TEXT,
    guaranteed_discount TEXT NOT NULL,
    exempt_from_suspension BOOLEAN NOT NULL,
    dunning TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);
CREATE UNIQUE INDEX client_groups_one_default ON client_groups (seller_id) WHERE is_default;

-- Which group a client is in, and what it has otherwise than the group; null follows the group.
CREATE TABLE client_group_members (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    client_id BLOB NOT NULL,
    client_group_id BLOB NOT NULL,
    maximum_discount TEXT,
    guaranteed_discount TEXT,
    exempt_from_suspension BOOLEAN,
    PRIMARY KEY (seller_id, client_id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    FOREIGN KEY (seller_id, client_group_id) REFERENCES client_groups (seller_id, id)
);
CREATE INDEX client_group_members_group ON client_group_members (seller_id, client_group_id, client_id);

-- Every seller has a default group, whose id is the seller's own, and its clients are in it.
INSERT INTO client_groups (seller_id, id, name, is_default, guaranteed_discount, exempt_from_suspension, created_at, version)
    SELECT id, id, 'Standard', TRUE, '0', FALSE, created_at, 1 FROM sellers;
INSERT INTO client_group_members (seller_id, client_id, client_group_id) SELECT seller_id, id, seller_id FROM clients;
