package io.tally.connectors.cassandra;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncLookupFunction;
import org.apache.flink.table.functions.FunctionContext;

/** Looks rows up while other lookups are under way. */
public final class CassandraAsyncLookupFunction extends AsyncLookupFunction {

  private static final long serialVersionUID = 1L;

  private final LookupQuery query;
  private transient RowLookup rows;

  CassandraAsyncLookupFunction(LookupQuery query) {
    this.query = query;
  }

  @Override
  public void open(FunctionContext context) throws Exception {
    rows = query.open();
  }

  @Override
  public CompletableFuture<Collection<RowData>> asyncLookup(RowData given) {
    return rows.find(given);
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
  }
}
