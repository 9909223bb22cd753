-- Question?
CREATE MATERIALIZED TABLE a
AS
SELECT region, amount FROM events;
