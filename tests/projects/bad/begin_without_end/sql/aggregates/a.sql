CREATE TABLE t (region STRING) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET;
INSERT INTO t SELECT region FROM events;
