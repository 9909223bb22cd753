-- How many aircraft of each carrier are in the air, and how far do they fly? A carrier with none shows 0.
CREATE MATERIALIZED TABLE aircraft_in_flight (
  PRIMARY KEY (carrier) NOT ENFORCED
)
COMMENT 'Aircraft in the air now, by carrier'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'aircraft-in-flight')
AS
SELECT
  carrier,
  COUNT(*) FILTER (WHERE kind = 'TAKEOFF') AS aircraft,
  COALESCE(SUM(leg_metres) FILTER (WHERE kind = 'TAKEOFF'), 0) AS metres  -- great-circle length of their legs
FROM latest_flight_event
GROUP BY carrier;
