-- Which aircraft took off or landed where, and how late was it?
-- One record a movement, keyed by tailnum, in the order of event time. Cancelled flights have none; a diverted
-- flight takes off and may never land.
CREATE TABLE flight_events (
  tailnum STRING NOT NULL,                                    -- the aircraft
  carrier STRING NOT NULL,                                    -- two-letter code of the airline
  flight INT NOT NULL,                                        -- flight number of the airline
  kind STRING NOT NULL,                                       -- TAKEOFF or LANDING
  airport STRING NOT NULL,                                    -- where it happens: origin or destination
  origin STRING NOT NULL,
  destination STRING NOT NULL,
  origin_latitude DOUBLE NOT NULL,                            -- degrees, north and east positive
  origin_longitude DOUBLE NOT NULL,
  destination_latitude DOUBLE NOT NULL,
  destination_longitude DOUBLE NOT NULL,
  delay_minutes INT,                                          -- against the schedule, negative: early; null: unknown
  event_ms BIGINT NOT NULL,                                   -- milliseconds since 1970, UTC; whole minutes
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  kafka_partition INT METADATA FROM 'partition' VIRTUAL,      -- with kafka_offset: breaks ties in event time
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
)
COMMENT 'Take-offs and landings of flights from New York'
WITH ('connector' = 'kafka', 'topic' = 'flight-events', 'format' = 'json');
