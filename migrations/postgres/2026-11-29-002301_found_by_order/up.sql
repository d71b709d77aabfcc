-- What belongs to an order, and the refunds of a payment, are looked up with each payment: without these all rows of the seller
-- are read for it.
CREATE INDEX subscriptions_order ON subscriptions (seller_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX transactions_order ON transactions (seller_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX transactions_refunds ON transactions (seller_id, refunds_transaction_id) WHERE refunds_transaction_id IS NOT NULL;
CREATE INDEX coupon_uses_order ON coupon_uses (seller_id, order_id);
