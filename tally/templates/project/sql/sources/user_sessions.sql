-- When did which user come online (START) and leave (END)?
CREATE TABLE user_sessions (
  user_id STRING NOT NULL,
  region STRING NOT NULL,
  kind STRING NOT NULL,                                       -- START or END
  event_ms BIGINT NOT NULL,                                   -- milliseconds since 1970, UTC
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
)
WITH ('connector' = 'kafka', 'topic' = 'user-sessions', 'format' = 'json');
