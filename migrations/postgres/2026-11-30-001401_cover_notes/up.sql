-- The sheet that is signed and goes with a file, where the format has one (PAY-08).
ALTER TABLE debit_batches ADD COLUMN cover_note_sealed TEXT;
