-- Whether the client is told by mail when the document is issued.
ALTER TABLE invoices ADD COLUMN is_mailed BOOLEAN NOT NULL DEFAULT TRUE;

-- Counts the changes of how the seller numbers; the same on all its series.
ALTER TABLE invoice_series ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- Which lines a payment or a credit was meant for; of the rest of an allocation nobody has said so.
CREATE TABLE allocation_lines (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    allocation_id BLOB NOT NULL,
    line_id BLOB NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (seller_id, allocation_id, line_id),
    FOREIGN KEY (seller_id, allocation_id) REFERENCES allocations (seller_id, id),
    FOREIGN KEY (seller_id, line_id) REFERENCES invoice_lines (seller_id, id),
    CHECK (amount_minor > 0)
);
CREATE INDEX allocation_lines_line ON allocation_lines (seller_id, line_id);
