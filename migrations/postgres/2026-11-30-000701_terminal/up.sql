-- The virtual terminal (PAY-03): whoever pays there need not be a client.
ALTER TABLE transactions ALTER COLUMN client_id DROP NOT NULL;

-- What becomes of its money in the books, and who has paid, as it was told at the terminal.
ALTER TABLE transactions ADD COLUMN books TEXT NOT NULL DEFAULT 'client';
ALTER TABLE transactions ADD COLUMN payer TEXT;

-- Stored with a gateway that is gone: nothing can be charged to it any more.
ALTER TABLE payment_methods ADD COLUMN retired_at BIGINT;
