-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, user_id, COUNT(*) AS n FROM events GROUP BY region, user_id;
