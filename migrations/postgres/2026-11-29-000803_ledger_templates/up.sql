-- What plans book besides whenever they are invoiced: groups of balanced entries, for some currencies and cycles or for all.
CREATE TABLE ledger_templates (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    plan_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    currencies TEXT NOT NULL,
    cycles TEXT NOT NULL,
    entries TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, plan_id, name),
    FOREIGN KEY (seller_id, plan_id) REFERENCES plans (seller_id, id)
);

-- What was booked for a line that way, or taken back with a line of a credit note, whatever has become of the template.
CREATE TABLE template_postings (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    line_id BYTEA NOT NULL,
    template_id BYTEA NOT NULL,
    position INTEGER NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (seller_id, line_id, template_id, position),
    FOREIGN KEY (seller_id, line_id) REFERENCES invoice_lines (seller_id, id) DEFERRABLE INITIALLY DEFERRED,
    CHECK (amount_minor > 0)
);
