-- Whether the client asked for a change itself: then it may take it back itself.
ALTER TABLE subscription_changes ADD COLUMN is_by_client BOOLEAN NOT NULL DEFAULT FALSE;
