CREATE VIEW v AS SELECT '${TOPIC}' AS topic, '${PREFIX}' AS prefix;
