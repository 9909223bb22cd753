-- How many aircraft of each carrier are in the air, and how far do they fly? A carrier with none shows 0.
CREATE MATERIALIZED TABLE aircraft_in_flight (
  PRIMARY KEY (carrier) NOT ENFORCED
)
COMMENT 'Aircraft in the air now, by carrier'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'aircraft-in-flight')
AS
SELECT
  carrier,
  SUM(delta) AS aircraft,
  COALESCE(SUM(delta * leg_metres), 0) AS metres              -- great-circle length of their legs
FROM aircraft_presence
GROUP BY carrier;
