SET 'a' = 'b';
INSERT INTO t SELECT 'it''s; -- open
FROM purchases;
