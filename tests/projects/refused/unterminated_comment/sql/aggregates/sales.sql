INSERT INTO t SELECT '/*' FROM purchases; /* not
closed;
