-- Where subscriptions stood: every change of a status, by whom and why.

CREATE TABLE subscription_status_changes (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    subscription_id BYTEA NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
CREATE INDEX subscription_status_changes_subscription ON subscription_status_changes (seller_id, subscription_id, id);

-- The days on which it stood at a status that is a note and is not invoiced.
ALTER TABLE subscriptions ADD COLUMN rests TEXT NOT NULL DEFAULT '[]';
