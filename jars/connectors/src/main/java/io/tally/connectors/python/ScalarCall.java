package io.tally.connectors.python;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.runtime.generated.GeneratedProjection;
import org.apache.flink.table.runtime.generated.Projection;

/** Calls scalar functions: a row is what the query takes of it, and behind that the results. */
final class ScalarCall extends PythonCall {

  private static final long serialVersionUID = 1L;

  private final GeneratedProjection kept;
  private transient Projection<RowData, BinaryRowData> projection;

  /**
   * @param kept what the query takes of a row; null if that is nothing
   */
  ScalarCall(Configuration config, Called called, GeneratedProjection kept) {
    super(config, called, "ScalarFunctionOperation");
    this.kept = kept;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void open() throws Exception {
    if (kept != null) {
      projection = kept.newInstance(getUserCodeClassloader());
    }
    super.open();
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    RowData returned = results().toSql(call(row));
    if (projection == null) {
      returned.setRowKind(row.getRowKind());
      collect(returned);
    } else {
      RowData forwarded = projection.apply(row);
      collect(new JoinedRowData(row.getRowKind(), forwarded, returned));
    }
  }
}
