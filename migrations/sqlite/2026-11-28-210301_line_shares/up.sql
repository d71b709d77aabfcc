-- The part of a cycle that a line charges, as days of days: its unit price is that of the whole.
ALTER TABLE invoice_lines ADD COLUMN share TEXT NOT NULL DEFAULT '1/1';
