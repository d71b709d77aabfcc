-- What is known of a subscription: properties that programs ask for, and comments of those who work here.

CREATE TABLE subscription_properties (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    subscription_id BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    PRIMARY KEY (seller_id, subscription_id, name),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);

CREATE TABLE subscription_comments (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    subscription_id BLOB NOT NULL,
    text TEXT NOT NULL,
    author_kind TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
CREATE INDEX subscription_comments_subscription ON subscription_comments (seller_id, subscription_id, id);
