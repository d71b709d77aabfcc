-- The client and the document that a mail is about, as far as it is about one. Mails to contacts are about their clients.
ALTER TABLE mails ADD COLUMN client_id BYTEA;
ALTER TABLE mails ADD COLUMN invoice_id BYTEA;

UPDATE mails SET client_id = (
    SELECT contacts.client_id FROM contacts
    WHERE contacts.seller_id = mails.seller_id AND contacts.email = mails.recipient
);
UPDATE mails SET invoice_id = (
    SELECT invoices.id FROM invoices
    WHERE invoices.seller_id = mails.seller_id
      AND invoices.number = COALESCE((mails.variables::jsonb ->> 'creditNoteNumber'), (mails.variables::jsonb ->> 'invoiceNumber'))
);

CREATE INDEX mails_client ON mails (seller_id, client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX mails_invoice ON mails (seller_id, invoice_id, id) WHERE invoice_id IS NOT NULL;
