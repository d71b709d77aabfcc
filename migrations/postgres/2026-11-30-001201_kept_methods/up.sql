-- What is known of stored methods besides the text that shows them (PAY-07). Two cards of one brand may end alike, so that text
-- names nothing any more.
ALTER TABLE payment_methods DROP CONSTRAINT payment_methods_seller_id_client_id_gateway_label_key;
ALTER TABLE payment_methods ADD COLUMN kind TEXT;
ALTER TABLE payment_methods ADD COLUMN brand TEXT;
ALTER TABLE payment_methods ADD COLUMN last_four TEXT;
-- what the gateway tells one card from another by
ALTER TABLE payment_methods ADD COLUMN fingerprint TEXT;
UPDATE payment_methods SET kind = CASE
    WHEN label LIKE 'sepa_debit %' OR EXISTS (
        SELECT 1 FROM gateways
        WHERE gateways.seller_id = payment_methods.seller_id AND gateways.code = payment_methods.gateway
            AND gateways.connector IN ('sepa_debit', 'norma19', 'dtaus')
    ) THEN 'bank_account'
    WHEN label NOT LIKE '%••••%' AND label <> 'card' THEN 'agreement'
    ELSE 'card'
END;
ALTER TABLE payment_methods ALTER COLUMN kind SET NOT NULL;
UPDATE payment_methods SET last_four = right(label, 4) WHERE label LIKE '%•••• ____';
UPDATE payment_methods SET brand = split_part(label, ' ••••', 1)
WHERE kind = 'card' AND label LIKE '%_ •••• ____' AND label NOT LIKE 'card ••••%';
CREATE INDEX payment_methods_client ON payment_methods (seller_id, client_id, id);

-- Methods that their clients have to agree to, at a page of the bank or the gateway, before they are stored.
CREATE TABLE payment_method_setups (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    client_id BYTEA NOT NULL,
    gateway TEXT NOT NULL,
    -- by what the gateway is asked, sealed; null once it is decided
    handle_sealed TEXT,
    redirect_to TEXT NOT NULL,
    redirect_fields TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT NOT NULL,
    -- the method that was stored; it may have been forgotten since
    payment_method_id BYTEA,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX payment_method_setups_state ON payment_method_setups (seller_id, state, id);
