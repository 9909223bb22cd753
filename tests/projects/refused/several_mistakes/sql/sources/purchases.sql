-- Who bought what?
CREATE TABLE purchases (
  customer BIGINT NOT NULL,
  amount DECIMAL(10, 2)
) WITH ('connector' = 'kafka', 'topic' = '${TOPIC}');
