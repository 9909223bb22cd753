-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, events FROM (SELECT region, COUNT(*) AS events FROM events GROUP BY region)
UNION ALL
SELECT region, events FROM (SELECT region, SUM(amount) AS events FROM events GROUP BY region);
