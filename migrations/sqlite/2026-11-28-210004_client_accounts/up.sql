-- What stands between a seller and one client is read out of the books.
CREATE INDEX ledger_entries_client ON ledger_entries (seller_id, client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX transactions_client ON transactions (seller_id, client_id, id);
