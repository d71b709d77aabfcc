-- Delivery: when a service is tried next, who is at it until when, whether a person delivers it, and what it uses.
ALTER TABLE services ADD COLUMN retry_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE services ADD COLUMN leased_until BIGINT;
ALTER TABLE services ADD COLUMN is_by_hand BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE services ADD COLUMN disk_bytes BIGINT;
ALTER TABLE services ADD COLUMN measured_at BIGINT;
DROP INDEX services_unsettled;
CREATE INDEX services_due ON services (retry_at, id) WHERE NOT is_settled;
CREATE INDEX services_measured ON services (measured_at, id) WHERE observed <> 'absent';
