-- One plan of each kind may be the default: what is made without a plan begins with its values.
ALTER TABLE plans ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX plans_one_default ON plans (seller_id, kind) WHERE is_default;

-- What hosting of no plan promises.
CREATE TABLE custom_hosting (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    subscription_id BYTEA NOT NULL,
    properties TEXT NOT NULL,
    PRIMARY KEY (seller_id, subscription_id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id)
);
