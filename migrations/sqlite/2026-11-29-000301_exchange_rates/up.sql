-- What currencies were worth in euro, as entered by the seller: units of the currency for one euro.

CREATE TABLE exchange_rates (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    currency TEXT NOT NULL,
    published_on DATE NOT NULL,
    rate TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);
CREATE UNIQUE INDEX exchange_rates_day ON exchange_rates (seller_id, currency, published_on);
