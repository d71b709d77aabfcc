-- The virtual terminal (PAY-03): whoever pays there need not be a client. SQLite takes a NOT NULL away only in the text of the
-- schema; what is stored stays as it is. What follows makes other connections read the schema anew.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'client_id BLOB NOT NULL', 'client_id BLOB') WHERE type = 'table' AND name = 'transactions';
PRAGMA writable_schema = RESET;

-- What becomes of its money in the books, and who has paid, as it was told at the terminal.
ALTER TABLE transactions ADD COLUMN books TEXT NOT NULL DEFAULT 'client';
ALTER TABLE transactions ADD COLUMN payer TEXT;

-- Stored with a gateway that is gone: nothing can be charged to it any more.
ALTER TABLE payment_methods ADD COLUMN retired_at BIGINT;
