-- After how many cycles the subscription was complete before a change: what is withdrawn leaves no trace.
ALTER TABLE subscription_changes ADD COLUMN from_cycle_limit INTEGER;
UPDATE subscription_changes SET from_cycle_limit = (
    SELECT cycle_limit FROM subscriptions
    WHERE subscriptions.seller_id = subscription_changes.seller_id AND subscriptions.id = subscription_changes.subscription_id
);
