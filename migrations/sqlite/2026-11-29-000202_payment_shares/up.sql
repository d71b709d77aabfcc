-- Several payment methods for one subscription, each with its share in per cent. What no method is named for goes to the
-- client's default one.

CREATE TABLE payment_shares (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    subscription_id BLOB NOT NULL,
    payment_method_id BLOB NOT NULL,
    share TEXT NOT NULL,
    PRIMARY KEY (seller_id, subscription_id, payment_method_id),
    FOREIGN KEY (seller_id, subscription_id) REFERENCES subscriptions (seller_id, id),
    FOREIGN KEY (seller_id, payment_method_id) REFERENCES payment_methods (seller_id, id)
);
CREATE INDEX payment_shares_method ON payment_shares (seller_id, payment_method_id);

-- Which stored method was charged by the payment queue; it may be forgotten since.
ALTER TABLE transactions ADD COLUMN payment_method_id BLOB;
