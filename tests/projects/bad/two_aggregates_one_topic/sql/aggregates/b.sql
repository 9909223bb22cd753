-- How many events, by user_id?
CREATE MATERIALIZED TABLE by_user (PRIMARY KEY (user_id) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = 'counts')
AS SELECT user_id, COUNT(*) AS events FROM events GROUP BY user_id;
