CREATE TABLE events (user_id STRING NOT NULL)
WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json', 'dead-letter.deletions' = 'drop');
