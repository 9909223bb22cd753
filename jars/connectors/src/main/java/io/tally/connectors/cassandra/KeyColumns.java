package io.tally.connectors.cassandra;

import java.util.List;

/** The primary key of the Cassandra table, as the server has it: column names in key order. */
record KeyColumns(List<String> partition, List<String> clustering) {}
