-- Schet-facturas: documents of what was delivered. What stands on one is frozen; its lines say for which invoice lines it is.
CREATE TABLE schet_facturas (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('month', 'ended', 'correction')),
    sequence BIGINT NOT NULL,
    number TEXT NOT NULL,
    client_id BLOB NOT NULL,
    currency TEXT NOT NULL,
    issued_on DATE NOT NULL,
    period_from DATE NOT NULL,
    period_to DATE NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    frozen TEXT NOT NULL,
    frozen_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, sequence),
    UNIQUE (seller_id, number),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id),
    CHECK (net_minor + tax_minor = gross_minor),
    CHECK (period_from <= period_to)
);
CREATE INDEX schet_facturas_client ON schet_facturas (seller_id, client_id, id);

CREATE TABLE schet_factura_lines (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    schet_factura_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    invoice_id BLOB NOT NULL,
    invoice_line_id BLOB NOT NULL,
    subscription_id BLOB,
    corrects_id BLOB,
    period_from DATE,
    period_to DATE,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    is_last BOOLEAN NOT NULL,
    PRIMARY KEY (seller_id, schet_factura_id, position),
    FOREIGN KEY (seller_id, schet_factura_id) REFERENCES schet_facturas (seller_id, id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id),
    FOREIGN KEY (seller_id, invoice_line_id) REFERENCES invoice_lines (seller_id, id),
    FOREIGN KEY (seller_id, corrects_id) REFERENCES schet_facturas (seller_id, id),
    CHECK (net_minor + tax_minor = gross_minor)
);
CREATE INDEX schet_factura_lines_line ON schet_factura_lines (seller_id, invoice_line_id);
CREATE INDEX schet_factura_lines_invoice ON schet_factura_lines (seller_id, invoice_id);
CREATE INDEX schet_factura_lines_subscription ON schet_factura_lines (seller_id, subscription_id);
