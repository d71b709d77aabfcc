-- What it costs to set something up and what it costs to change to it are two fees: in a trial both may still be to come.
ALTER TABLE subscription_items ADD COLUMN change_fee TEXT NOT NULL DEFAULT '0';
UPDATE subscription_items SET change_fee = setup_fee, setup_fee = '0' WHERE fee_kind = 'change';
ALTER TABLE subscription_items DROP COLUMN fee_kind;
