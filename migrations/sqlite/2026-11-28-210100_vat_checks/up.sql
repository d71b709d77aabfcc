-- What taxes depend on besides rules: exemptions, what members of the Union said about VAT numbers, whose taxes stand on a
-- document.

ALTER TABLE clients ADD COLUMN tax_exemption TEXT NOT NULL DEFAULT '';

-- Older documents have none: their taxes are those of the buyer's country.
ALTER TABLE invoices ADD COLUMN taxed_in TEXT;
CREATE INDEX invoices_issued ON invoices (seller_id, issued_on) WHERE issued_on IS NOT NULL;

-- Evidence: never changed.
CREATE TABLE vat_checks (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    number TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    consultation TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id)
);
CREATE INDEX vat_checks_number ON vat_checks (seller_id, number, checked_at);
