SET 'a' = 'b';
CREATE TABLE sales (a INT) WITH ('connector' = 'print');
