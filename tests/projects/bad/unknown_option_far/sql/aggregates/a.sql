-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('zzz' = '1 d')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
