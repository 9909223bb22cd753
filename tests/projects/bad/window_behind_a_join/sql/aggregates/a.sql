-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region, window_end) NOT ENFORCED) AS
SELECT e.region, e.window_end, COUNT(*) AS n
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE) AS e
JOIN (SELECT user_id, COUNT(*) AS m FROM events GROUP BY user_id) AS u ON e.user_id = u.user_id
GROUP BY e.region, e.window_start, e.window_end;
