CREATE TABLE t (region STRING) WITH ('connector' = 'kafak');
INSERT INTO t SELECT region FROM events;
