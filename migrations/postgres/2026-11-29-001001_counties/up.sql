-- Sales taxes of North America may be a county's; the state does not say in which one an address is.
ALTER TABLE clients ADD COLUMN county TEXT NOT NULL DEFAULT '';
ALTER TABLE sellers ADD COLUMN county TEXT NOT NULL DEFAULT '';
