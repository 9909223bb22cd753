package io.tally.connectors.cassandra;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletionException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

/** Looks rows up one after the other. */
public final class CassandraLookupFunction extends LookupFunction {

  private static final long serialVersionUID = 1L;

  private final LookupQuery query;
  private transient RowLookup rows;

  CassandraLookupFunction(LookupQuery query) {
    this.query = query;
  }

  @Override
  public void open(FunctionContext context) throws Exception {
    rows = query.open();
  }

  @Override
  public Collection<RowData> lookup(RowData given) throws IOException {
    try {
      return rows.find(given).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw e.getCause() instanceof RuntimeException refused ? refused : e;
    }
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
  }
}
