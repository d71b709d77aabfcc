-- The payment queue goes from client to client, and only through what is open.
CREATE INDEX invoices_owed ON invoices (seller_id, client_id, id) WHERE state = 'issued' AND open_minor > 0;
