-- The events of topic purchases, from the raw bytes.
CREATE TABLE purchases AS
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
