-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (place, window_time) NOT ENFORCED) AS
SELECT UPPER(region) AS place, window_time, COUNT(*) AS n
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY UPPER(region), window_time;
