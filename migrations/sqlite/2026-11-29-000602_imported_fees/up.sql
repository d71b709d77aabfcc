-- What it cost to begin was paid where an imported contract began: nobody pays it here.
UPDATE subscription_items SET setup_fee = '0'
WHERE EXISTS (
    SELECT 1 FROM waived_periods
    WHERE waived_periods.seller_id = subscription_items.seller_id
        AND waived_periods.item_id = subscription_items.id AND waived_periods.reason = 'import'
);
