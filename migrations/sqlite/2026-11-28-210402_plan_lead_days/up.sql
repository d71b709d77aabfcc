-- A plan that says nothing is invoiced as far ahead as the seller's settings say.
ALTER TABLE plans ADD COLUMN own_lead_days INTEGER;
UPDATE plans SET own_lead_days = lead_days WHERE lead_days <> CASE kind WHEN 'domain' THEN 30 ELSE 10 END;
ALTER TABLE plans DROP COLUMN lead_days;
ALTER TABLE plans RENAME COLUMN own_lead_days TO lead_days;
