-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('cassandra.partition-key' = 'events')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
