SET 'execution.checkpointing.interval' = '1 s';
-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
