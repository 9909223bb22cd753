SET 'table.exec.state.ttl' = '1 d'; /* a; b */
-- c
SET 'pipeline.name' = '${NAME:-a much longer name}'; CREATE MATERIALIZED TABLE a
AS SELECT region,, COUNT(*) FROM events;
