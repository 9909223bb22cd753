-- What happened where?
CREATE TABLE events (
  user_id STRING NOT NULL,
  region STRING NOT NULL,
  city STRING,                                                -- null: unknown
  amount INT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json');
