-- A licence note, apart from what follows.

-- Who bought what?
-- One record a purchase.
CREATE TABLE purchases (
  customer BIGINT NOT NULL,   -- who; never null
  amount DECIMAL(10, 2),
  inserted_at TIMESTAMP(3)
) WITH (
  'connector' = 'kafka',
  'topic' = '${SHOP_TOPIC:-purchases}'
);
