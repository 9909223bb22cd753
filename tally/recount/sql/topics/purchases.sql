-- The events of topic purchases, from the raw bytes.
CREATE TABLE purchases (
  purchase_id BIGINT NOT NULL,
  customer_id VARCHAR NOT NULL,
  quantity BIGINT NOT NULL,
  amount DECIMAL(10, 2) NOT NULL,
  event_ms BIGINT NOT NULL,
  "partition" INT NOT NULL,
  "offset" BIGINT NOT NULL
);

-- In a table of its own: what is no event must not come to the conversion below.
CREATE TABLE purchases_records AS
SELECT value, "partition", "offset"
FROM records
WHERE
  topic = 'purchases'
  AND is_event(
    value,
    [
      '$.purchase_id', '$.customer_id', '$.quantity', '$.amount', '$.event_ms'
    ],
    "timestamp"
  );

INSERT INTO purchases
SELECT event.*, "partition", "offset"
FROM (
  SELECT
    json_transform_strict(
      decode(value),
      '{
        "purchase_id": "BIGINT", "customer_id": "VARCHAR", "quantity": "BIGINT", "amount": "DECIMAL(10, 2)",
        "event_ms": "BIGINT"
      }'
    ) AS event,
    "partition",
    "offset"
  FROM purchases_records
);

DROP TABLE purchases_records;
