-- What webhook endpoints are told: one row per activity and endpoint, written with the activity.

CREATE TABLE webhook_deliveries (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    endpoint_id BYTEA NOT NULL,
    activity_id BYTEA NOT NULL REFERENCES activities (id),
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    run_at BIGINT NOT NULL,
    last_status INTEGER,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, endpoint_id, activity_id),
    FOREIGN KEY (seller_id, endpoint_id) REFERENCES webhook_endpoints (seller_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, run_at);
