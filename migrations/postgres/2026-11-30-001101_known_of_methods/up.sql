-- What is forgotten here, and has yet to be forgotten by the gateway that keeps the card (PAY-07).
ALTER TABLE payment_methods ADD COLUMN forgotten_at BIGINT;

-- Where the bank of the card is, for the fraud check (CLI-16).
ALTER TABLE payment_methods ADD COLUMN card_country TEXT;
