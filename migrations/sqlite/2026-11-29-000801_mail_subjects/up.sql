-- The client and the document that a mail is about, as far as it is about one. Mails to contacts are about their clients.
ALTER TABLE mails ADD COLUMN client_id BLOB;
ALTER TABLE mails ADD COLUMN invoice_id BLOB;

UPDATE mails SET client_id = (
    SELECT contacts.client_id FROM contacts
    WHERE contacts.seller_id = mails.seller_id AND contacts.email = mails.recipient
);
UPDATE mails SET invoice_id = (
    SELECT invoices.id FROM invoices
    WHERE invoices.seller_id = mails.seller_id
      AND invoices.number = COALESCE(json_extract(mails.variables, '$.creditNoteNumber'), json_extract(mails.variables, '$.invoiceNumber'))
);

CREATE INDEX mails_client ON mails (seller_id, client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX mails_invoice ON mails (seller_id, invoice_id, id) WHERE invoice_id IS NOT NULL;
