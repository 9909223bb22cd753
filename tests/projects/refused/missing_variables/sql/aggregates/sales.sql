-- ${IN_A_COMMENT} needs no value
INSERT INTO t SELECT '${TOPIC}', ${LIMIT:-10} FROM purchases;
