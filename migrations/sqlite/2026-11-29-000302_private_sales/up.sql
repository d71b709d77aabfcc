-- In which other member of the Union the private buyer of a document is; none for everybody else. Sums against the threshold of
-- the one-stop shop look at nothing but these.

ALTER TABLE invoices ADD COLUMN private_in TEXT;
CREATE INDEX invoices_private ON invoices (seller_id, issued_on) WHERE private_in IS NOT NULL;

-- What was issued before: buyers of another member who were not relieved of the VAT. Monaco counts as France.
UPDATE invoices SET private_in = json_extract(buyer, '$.address.country')
WHERE issued_on IS NOT NULL
  AND taxes NOT LIKE '%"note":"%'
  AND json_extract(buyer, '$.address.country') IN ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MC', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK')
  AND EXISTS (
    SELECT 1 FROM sellers
    WHERE sellers.id = invoices.seller_id
      AND sellers.country IN ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MC', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK')
      AND REPLACE(sellers.country, 'MC', 'FR') <> REPLACE(json_extract(buyer, '$.address.country'), 'MC', 'FR')
  );
