INSERT INTO t
SELECT "customer;id" FROM purchases;
