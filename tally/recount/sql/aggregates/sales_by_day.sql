-- Totals of each day that has a purchase.
SELECT
  make_timestamp_ms(event_ms // 86400000 * 86400000) AS window_start,
  count(*) AS purchases,
  count(DISTINCT customer_id) AS customers,
  sum(quantity) AS quantity,
  sum(amount) AS amount
FROM purchases
ANTI JOIN (SELECT * FROM late WHERE aggregate = 'sales_by_day') USING ("partition", "offset")
GROUP BY event_ms // 86400000;
