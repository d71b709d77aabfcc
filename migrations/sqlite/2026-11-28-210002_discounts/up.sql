-- Percentages that plans offer for some of their cycles, to every order of some days.

CREATE TABLE discounts (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    percent TEXT NOT NULL,
    plans TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    cycles INTEGER,
    property_name TEXT,
    property_value TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    CHECK ((property_name IS NULL) = (property_value IS NULL))
);

-- The discount that a subscription was ordered with, and for how many cycles more; null for ever.
CREATE TABLE subscription_discounts (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    subscription_id BLOB NOT NULL,
    discount_id BLOB NOT NULL,
    cycles_left INTEGER,
    PRIMARY KEY (seller_id, subscription_id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, discount_id) REFERENCES discounts (seller_id, id),
    CHECK (cycles_left IS NULL OR cycles_left >= 0)
);
