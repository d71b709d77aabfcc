-- When recurring work is done, where that is not as it was delivered; of the whole house.
CREATE TABLE event_schedules (
    kind TEXT NOT NULL PRIMARY KEY,
    pattern TEXT,
    is_on BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    version BIGINT NOT NULL
);
