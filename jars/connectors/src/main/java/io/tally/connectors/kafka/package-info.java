/**
 * The table connector {@code 'connector' = 'tally-kafka'}: Flink's Kafka source, except that no
 * record goes missing.
 *
 * <p>Options, metadata columns, watermarks and bounded reading are those of {@code 'kafka'}. A
 * record that cannot be decoded, or that makes no row or several, fails the job for good, with its
 * topic, partition and offset.
 */
package io.tally.connectors.kafka;
