-- By whom a mandate was last collected, or else to whom it was given: when that changes, the next collection has to say so (PAY-08).
ALTER TABLE mandates ADD COLUMN creditor_name TEXT;
ALTER TABLE mandates ADD COLUMN creditor_id TEXT;

-- What the collection says of the creditor before, if it is the one that tells of the change.
ALTER TABLE debits ADD COLUMN former_creditor_name TEXT;
ALTER TABLE debits ADD COLUMN former_creditor_id TEXT;
