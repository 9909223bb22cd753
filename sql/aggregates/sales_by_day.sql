-- How much was sold on each day, and to how many customers?
CREATE MATERIALIZED TABLE sales_by_day (
  PRIMARY KEY (window_start) NOT ENFORCED
)
COMMENT 'Purchases by day'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'sales-by-day')
AS
SELECT
  window_start,                                               -- the day, UTC
  COUNT(*) AS purchases,
  COUNT(DISTINCT customer_id) AS customers,
  SUM(CAST(quantity AS BIGINT)) AS quantity,                  -- CDs
  SUM(amount) AS amount                                       -- US dollars
FROM TUMBLE(TABLE purchases, DESCRIPTOR(event_time), INTERVAL '1' DAY)
GROUP BY window_start, window_end;
