INSERT INTO t
  SELECT `customer
  FROM purchases` ;
