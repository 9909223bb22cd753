-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, COUNT(*) AS events FROM v GROUP BY region;
