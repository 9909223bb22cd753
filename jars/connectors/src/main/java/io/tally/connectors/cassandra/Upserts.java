package io.tally.connectors.cassandra;

/**
 * What an upsert of this sink does to a row beside setting cells; tells how two writes become one.
 *
 * @param wholeRow whether it leaves no cell of the row as it was
 * @param statics whether it sets static columns, which outlive the row
 */
record Upserts(boolean wholeRow, boolean statics) {}
