CREATE TABLE t (region STRING NOT NULL, n BIGINT)
WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json');
INSERT INTO t SELECT region, COUNT(*) FROM events GROUP BY region;
