-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region, user_id) NOT ENFORCED
)
WITH ('cassandra.partition-key' = 'region', 'cassandra.clustering' = 'region ASC')
AS
SELECT region, user_id, COUNT(*) AS n FROM events GROUP BY region, user_id;
