CREATE TABLE t (
  region STRING NOT NULL,
  n BIGINT,
  PRIMARY KEY (region) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'key.format' = 'json', 'value.format' = 'json');
INSERT INTO t SELECT region, COUNT(*) FROM events GROUP BY region, user_id;
