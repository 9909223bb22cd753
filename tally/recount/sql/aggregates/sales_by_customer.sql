-- Totals of each customer. Tiers: totals of 500, 200 and 50 dollars in at least 5, 3 and 1 purchases.
SELECT
  customer_id,
  count(*) AS purchases,
  sum(quantity) AS quantity,
  sum(amount) AS amount,
  make_timestamp_ms(max(event_ms)) AS last_purchase,
  CASE
    WHEN sum(amount) >= 500 AND count(*) >= 5 THEN 'platinum'
    WHEN sum(amount) >= 200 AND count(*) >= 3 THEN 'gold'
    WHEN sum(amount) >= 50 THEN 'silver'
    ELSE 'bronze'
  END AS tier
FROM purchases
GROUP BY customer_id;
