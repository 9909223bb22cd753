CREATE TABLE d.t (region STRING) WITH ('connector' = 'blackhole');
INSERT INTO d.t SELECT region FROM events;
