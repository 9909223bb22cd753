-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, MAX(shout(city)) AS loudest FROM events GROUP BY region;
