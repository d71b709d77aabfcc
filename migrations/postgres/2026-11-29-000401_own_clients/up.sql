-- Which of its clients stands for the seller itself. What goes to that client is the seller's own and never invoiced.

CREATE TABLE own_clients (
    seller_id BYTEA NOT NULL PRIMARY KEY REFERENCES sellers (id),
    client_id BYTEA NOT NULL,
    FOREIGN KEY (seller_id, client_id) REFERENCES clients (seller_id, id)
);
