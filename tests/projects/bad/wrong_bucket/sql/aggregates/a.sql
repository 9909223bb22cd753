-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('cassandra.bucket' = 'a day')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
