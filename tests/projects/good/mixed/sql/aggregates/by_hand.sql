-- Plain Flink SQL.
CREATE TABLE totals (
  region STRING NOT NULL,
  amount BIGINT,
  PRIMARY KEY (region) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json');

CREATE TABLE seen (region STRING, user_id STRING) WITH ('connector' = 'kafka', 'topic' = 'seen', 'format' = 'json');

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO totals SELECT region, SUM(CAST(amount AS BIGINT)) FROM events GROUP BY region;
  INSERT INTO seen SELECT region, user_id FROM events;
END;
