-- How much did each customer buy so far, and which tier is that?
CREATE MATERIALIZED TABLE sales_by_customer (
  PRIMARY KEY (customer_id) NOT ENFORCED
)
COMMENT 'Purchases so far, by customer'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'sales-by-customer')
AS
SELECT
  customer_id,
  COUNT(*) AS purchases,
  SUM(CAST(quantity AS BIGINT)) AS quantity,                  -- CDs
  SUM(amount) AS amount,                                      -- US dollars
  MAX(event_time) AS last_purchase,
  customer_tier(SUM(amount), COUNT(*)) AS tier
FROM purchases
GROUP BY customer_id;
