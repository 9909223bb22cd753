-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, SUM(region) AS events FROM events GROUP BY region;
