-- Subscriptions that went to another client: which one carries on.

CREATE TABLE subscription_transfers (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    from_subscription_id BYTEA NOT NULL,
    to_subscription_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    transferred_on DATE NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, from_subscription_id),
    UNIQUE (seller_id, to_subscription_id),
    FOREIGN KEY (seller_id, from_subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, to_subscription_id) REFERENCES subscriptions (seller_id, id)
);
