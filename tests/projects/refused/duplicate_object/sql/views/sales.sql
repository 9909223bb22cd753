CREATE VIEW sales AS SELECT * FROM purchases;
