package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.List;

/** The full primary key of a row: encoded values in the order of the Cassandra table's key. */
record RowKey(List<ByteBuffer> partition, List<ByteBuffer> clustering) {}
