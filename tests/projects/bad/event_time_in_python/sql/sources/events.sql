-- When an event was, as an old program writes it.
CREATE TABLE events (
  user_id STRING NOT NULL,
  written STRING NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(moment(written), 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json');
