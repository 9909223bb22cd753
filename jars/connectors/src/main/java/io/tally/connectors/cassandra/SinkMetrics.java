package io.tally.connectors.cassandra;

import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * What a writer counts, under Flink's standard names where there are such.
 *
 * <p>Rows accepted are the operator's {@code numRecordsIn}, which Flink counts by itself.
 */
final class SinkMetrics {

  static final String COALESCED = "numRecordsCoalesced";
  static final String RETRIED = "numRequestsRetried";
  static final String IN_FLIGHT = "requestsInFlight";
  static final String BUFFERED_RECORDS = "bufferedRecords";
  static final String BUFFERED_BYTES = "bufferedBytes";
  static final String LATENCY = "requestLatency";

  /** Requests that the histogram looks back on. */
  private static final int WINDOW = 2_000;

  private final SinkWriterMetricGroup group;
  private final Counter sent;
  private final Counter bytesSent;
  private final Counter failed;
  private final Counter coalesced;
  private final Counter retried;
  private final Histogram latency;
  private volatile long lastMillis;

  SinkMetrics(SinkWriterMetricGroup group) {
    this.group = group;
    this.sent = group.getNumRecordsSendCounter();
    this.bytesSent = group.getNumBytesSendCounter();
    this.failed = group.getNumRecordsSendErrorsCounter();
    this.coalesced = group.counter(COALESCED);
    this.retried = group.counter(RETRIED);
    this.latency = group.histogram(LATENCY, new DescriptiveStatisticsHistogram(WINDOW));
    group.setCurrentSendTimeGauge(() -> lastMillis);
  }

  /** Shows a quantity of now; it is read by another thread, so it may lag behind a little. */
  void show(String name, LongSupplier quantity) {
    group.gauge(name, (Gauge<Long>) quantity::getAsLong);
  }

  void coalesced() {
    coalesced.inc();
  }

  void retried() {
    retried.inc();
  }

  void failed(int rows) {
    failed.inc(rows);
  }

  /** A request was acknowledged, so long after its first try. */
  void sent(int rows, long bytes, long nanos) {
    sent.inc(rows);
    bytesSent.inc(bytes);
    latency.update(nanos / 1_000);
    lastMillis = nanos / 1_000_000;
  }
}
