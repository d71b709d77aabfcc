-- A plan that says nothing is invoiced as far ahead as the seller's settings say.
ALTER TABLE plans ALTER COLUMN lead_days DROP NOT NULL;
UPDATE plans SET lead_days = NULL WHERE lead_days = CASE kind WHEN 'domain' THEN 30 ELSE 10 END;
