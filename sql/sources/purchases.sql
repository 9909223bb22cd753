-- Who bought how many CDs for how much, and on which day?
-- One record a purchase, keyed by customer_id, in the order of days.
CREATE TABLE purchases (
  purchase_id BIGINT NOT NULL,                                -- running number: equal purchases stay two
  customer_id STRING NOT NULL,
  quantity INT NOT NULL,                                      -- CDs
  amount DECIMAL(10, 2) NOT NULL,                             -- US dollars; a string on the wire, hence 'json.lenient'
  event_ms BIGINT NOT NULL,                                   -- milliseconds since 1970, UTC; whole days
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
)
COMMENT 'Purchases of CDs'
WITH ('connector' = 'kafka', 'topic' = 'purchases', 'format' = 'json', 'json.lenient' = 'true');
