-- When did which user come online (START) and leave (END)?
-- One record an event, keyed by user_id. Records come at most 45 seconds out of order, some come twice,
-- and some STARTs and ENDs are missing.
CREATE TABLE user_sessions (
  user_id STRING NOT NULL,
  region STRING NOT NULL,                                     -- where the user lives; never changes
  kind STRING NOT NULL,                                       -- START or END
  event_ms BIGINT NOT NULL,                                   -- milliseconds since 1970, UTC
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  kafka_partition INT METADATA FROM 'partition' VIRTUAL,      -- with kafka_offset: breaks ties in event time
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
)
COMMENT 'Users coming online and leaving'
WITH ('connector' = 'kafka', 'topic' = 'user-sessions', 'format' = 'json');
