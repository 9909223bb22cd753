-- The events of topic purchases, from the raw bytes.
CREATE TABLE purchases (
  purchase_id BIGINT NOT NULL,
  customer_id VARCHAR NOT NULL,
  quantity BIGINT NOT NULL,
  amount DECIMAL(10, 2) NOT NULL,
  event_ms BIGINT NOT NULL
);

INSERT INTO purchases
SELECT event.*
FROM (
  SELECT
    json_transform_strict(
      decode(value),
      '{
        "purchase_id": "BIGINT", "customer_id": "VARCHAR", "quantity": "BIGINT", "amount": "DECIMAL(10, 2)",
        "event_ms": "BIGINT"
      }'
    ) AS event
  FROM records
  WHERE topic = 'purchases'
);
