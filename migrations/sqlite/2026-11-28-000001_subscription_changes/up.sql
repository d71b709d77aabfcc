-- Changing subscriptions: the ways down between plans, how changes are handled, and the record of every change.

CREATE TABLE plan_downgrades (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    from_plan_id BLOB NOT NULL,
    to_plan_id BLOB NOT NULL,
    PRIMARY KEY (seller_id, from_plan_id, to_plan_id),
    FOREIGN KEY (seller_id, from_plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, to_plan_id) REFERENCES plans (seller_id, id),
    CHECK (from_plan_id <> to_plan_id)
);

-- How changes of this plan are handled; as the seller's settings say if there is nothing.
ALTER TABLE plans ADD COLUMN change_policies TEXT;

-- What setup_fee is for: setting up, or a change of plan. Everything so far was set up.
ALTER TABLE subscription_items ADD COLUMN fee_kind TEXT NOT NULL DEFAULT 'setup';

CREATE TABLE subscription_changes (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    subscription_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    direction TEXT,
    from_plan_id BLOB,
    to_plan_id BLOB,
    from_cycle TEXT NOT NULL,
    to_cycle TEXT NOT NULL,
    from_anchor_on DATE NOT NULL,
    billed_from DATE NOT NULL,
    delivered_from DATE NOT NULL,
    locked_until DATE,
    state TEXT NOT NULL,
    ended_items TEXT NOT NULL,
    begun_items TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, from_plan_id) REFERENCES plans (seller_id, id),
    FOREIGN KEY (seller_id, to_plan_id) REFERENCES plans (seller_id, id)
);
CREATE INDEX subscription_changes_subscription ON subscription_changes (seller_id, subscription_id, id);
CREATE INDEX subscription_changes_waiting ON subscription_changes (seller_id, delivered_from, id) WHERE state = 'waiting';
