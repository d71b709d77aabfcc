-- Long work that someone has asked for: how far it is, and what came of it.

CREATE TABLE operations (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL UNIQUE CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    result TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);
