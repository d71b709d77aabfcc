-- Direct debits (PAY-08): what clients have signed, the files that a bank gets, and which payment is in which file.

CREATE TABLE mandates (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    client_id BYTEA NOT NULL,
    -- what is forgotten leaves its mandate behind: it has to be kept for longer
    payment_method_id BYTEA NOT NULL,
    gateway TEXT NOT NULL,
    reference TEXT NOT NULL,
    scheme TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    signed_on DATE NOT NULL,
    signed_at BIGINT,
    signed_from TEXT,
    is_consumer BOOLEAN NOT NULL,
    is_registered BOOLEAN NOT NULL,
    last_collected_on DATE,
    suspended_because TEXT,
    ended_on DATE,
    ended_because TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, reference),
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
CREATE INDEX mandates_client ON mandates (seller_id, client_id);
CREATE INDEX mandates_method ON mandates (seller_id, payment_method_id);

CREATE TABLE debit_batches (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    gateway TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT,
    file_name TEXT,
    file_sealed TEXT,
    sha256 TEXT,
    bank_status TEXT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);
-- each plug-in has one batch that is open
CREATE UNIQUE INDEX debit_batches_open ON debit_batches (seller_id, gateway) WHERE state = 'open';

CREATE TABLE debits (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    transaction_id BYTEA NOT NULL,
    gateway TEXT NOT NULL,
    batch_id BYTEA,
    mandate_id BYTEA,
    payment_method_id BYTEA NOT NULL,
    collect_on DATE NOT NULL,
    noticed_on DATE,
    sequence TEXT,
    group_name TEXT,
    bank_status TEXT,
    reason_code TEXT,
    reason_text TEXT,
    replaces_id BYTEA,
    PRIMARY KEY (seller_id, transaction_id),
    FOREIGN KEY (seller_id, transaction_id) REFERENCES transactions (seller_id, id),
    FOREIGN KEY (seller_id, batch_id) REFERENCES debit_batches (seller_id, id),
    FOREIGN KEY (seller_id, mandate_id) REFERENCES mandates (seller_id, id)
);
CREATE INDEX debits_batch ON debits (seller_id, batch_id);
CREATE INDEX debits_mandate ON debits (seller_id, mandate_id);

-- What banks answer (PAY-09): files, kept whole, and what each of their entries has led to.
CREATE TABLE bank_replies (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    statements TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    file_sealed TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, sha256)
);

CREATE TABLE bank_entries (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    id BYTEA NOT NULL CHECK (length(id) = 16),
    reply_id BYTEA NOT NULL,
    fingerprint TEXT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    bank_status TEXT NOT NULL,
    currency TEXT,
    amount_minor BIGINT,
    payer_name TEXT,
    payer_account TEXT,
    reason_code TEXT,
    reason_text TEXT,
    remittance TEXT NOT NULL,
    booked_on DATE,
    matched_by TEXT,
    outcome TEXT NOT NULL,
    verdict TEXT,
    contradiction TEXT,
    transaction_id BYTEA,
    invoice_id BYTEA,
    settled_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    -- an entry that another file repeats is read once
    UNIQUE (seller_id, fingerprint, position),
    FOREIGN KEY (seller_id, reply_id) REFERENCES bank_replies (seller_id, id),
    FOREIGN KEY (seller_id, transaction_id) REFERENCES transactions (seller_id, id),
    FOREIGN KEY (seller_id, invoice_id) REFERENCES invoices (seller_id, id)
);
CREATE INDEX bank_entries_reply ON bank_entries (seller_id, reply_id);
CREATE INDEX bank_entries_open ON bank_entries (seller_id, outcome) WHERE settled_at IS NULL;

-- The account of whoever is responsible for the files: where the money goes unless the plug-in says so itself.
CREATE TABLE administrator_accounts (
    seller_id BYTEA NOT NULL REFERENCES sellers (id),
    administrator_id BYTEA NOT NULL,
    holder TEXT NOT NULL,
    label TEXT NOT NULL,
    account_sealed TEXT NOT NULL,
    PRIMARY KEY (seller_id, administrator_id),
    FOREIGN KEY (seller_id, administrator_id) REFERENCES administrators (seller_id, id)
);

-- Money that is collected from a bank account arrives there, whatever its gateway is called.
ALTER TABLE transactions ADD COLUMN is_debit BOOLEAN NOT NULL DEFAULT FALSE;
