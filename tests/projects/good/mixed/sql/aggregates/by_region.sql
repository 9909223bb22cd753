SET 'table.exec.state.ttl' = '30 d';

-- How many events, by region?
CREATE MATERIALIZED TABLE events_by_region (
  PRIMARY KEY (region) NOT ENFORCED
)
COMMENT 'Events, by region'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'by-region')
AS
SELECT region, shout(MAX(region)) AS loud, COUNT(*) AS events
FROM regions
GROUP BY region;

-- How many in each hour?
CREATE MATERIALIZED TABLE events_by_hour (
  PRIMARY KEY (window_end) NOT ENFORCED
)
AS
SELECT window_end, SUM(CAST(amount AS BIGINT)) AS amount
FROM TUMBLE(TABLE regions, DESCRIPTOR(event_time), INTERVAL '1' HOUR)
GROUP BY window_start, window_end;
