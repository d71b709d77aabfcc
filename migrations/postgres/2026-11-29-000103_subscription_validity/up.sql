-- The day on which a subscription expires, if its validity is dated: it is suspended until someone renews it.
ALTER TABLE subscriptions ADD COLUMN expires_on DATE;
CREATE INDEX subscriptions_expiry ON subscriptions (seller_id, expires_on, id) WHERE expires_on IS NOT NULL;
