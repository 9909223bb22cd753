-- Which tier has a customer who spent this much in this many purchases? (DECIMAL total, BIGINT purchases)
CREATE FUNCTION customer_tier AS 'udfs.customers.customer_tier' LANGUAGE PYTHON;
