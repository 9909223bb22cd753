SET 'pipeline.name' = 'a;b';
CREATE TEMPORARY TABLE output (customer BIGINT) WITH ('connector' = 'blackhole');

-- Both inserts read the source once.
EXECUTE STATEMENT SET BEGIN
INSERT INTO output SELECT customer FROM large_purchases;
INSERT INTO output SELECT CASE WHEN amount > 1 THEN customer END FROM purchases;
END;
