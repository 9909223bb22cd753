CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT region FROM events;
