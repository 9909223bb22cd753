-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region, user_id) NOT ENFORCED
)
AS
SELECT region, user_id, place, amount
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY region ORDER BY amount DESC) AS place
  FROM (SELECT region, user_id, SUM(amount) AS amount FROM events GROUP BY region, user_id))
WHERE place <= 3;
