/* Which purchases are large? */
CREATE VIEW large_purchases AS
SELECT * FROM purchases WHERE amount > ${SHOP_LARGE};
