CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (user_id, window_end) NOT ENFORCED) AS
SELECT user_id, window_end, COUNT(*) AS events
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE) GROUP BY user_id, window_start, window_end;
