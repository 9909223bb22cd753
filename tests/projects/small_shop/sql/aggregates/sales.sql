-- How much did each customer buy?
CREATE MATERIALIZED TABLE sales (
  PRIMARY KEY (customer) NOT ENFORCED
)
WITH ('sinks' = 'cassandra')
AS SELECT customer, SUM(amount) AS total FROM purchases GROUP BY customer;
