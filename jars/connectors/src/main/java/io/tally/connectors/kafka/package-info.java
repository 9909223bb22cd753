/**
 * The table connector {@code 'connector' = 'tally-kafka'}: Flink's Kafka source, except that no
 * record goes missing.
 *
 * <p>Options, metadata columns, watermarks and bounded reading are those of {@code 'kafka'};
 * projections are pushed into decoding besides. A record that is no row of its table, since it
 * cannot be decoded, lacks a value, or has no possible event time, travels on as a dead letter in
 * the metadata column {@code dead-letter}, and moves no watermark. A query that does not read that
 * column fails for good on it, with topic, partition and offset. A deletion, which a source may say
 * to skip, travels there as well, and bears the reason {@code skipped}: whoever counts records sees
 * it, and whoever writes letters leaves it out.
 *
 * <p>{@code 'connector' = 'tally-dead-letters'} writes that column to the topic {@code <topic of
 * the record>.dead}: the record as it was, and in headers where it stood and what is wrong.
 */
package io.tally.connectors.kafka;
