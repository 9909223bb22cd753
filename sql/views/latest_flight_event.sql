-- What did each aircraft do last? One row an aircraft; of two events at one time, the later record counts.
CREATE VIEW latest_flight_event AS
SELECT tailnum, carrier, kind, leg_metres, event_time
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY tailnum
      ORDER BY event_time DESC, kafka_partition DESC, kafka_offset DESC
    ) AS recency
  FROM flight_legs
)
WHERE recency = 1;
