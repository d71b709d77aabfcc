-- What whoever wrote a document by hand has settled about it: the date that it is to bear, if not the day of issue, and
-- whether its unit prices have the taxes inside.
CREATE TABLE draft_terms (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    invoice_id BLOB NOT NULL,
    dated_on DATE,
    price_basis TEXT NOT NULL,
    PRIMARY KEY (seller_id, invoice_id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id)
);

-- Finds the seal of a document.
CREATE INDEX chain_links_number ON chain_links (seller_id, number);
