-- Question?
CREATE MATERIALIZED TABLE a
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
