package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.SinkSettings.Buffer;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.table.data.RowData;

/**
 * Writes the changelog of one subtask.
 *
 * <p>A row gets its write timestamp when it is accepted, and waits in the buffer under its key. The
 * buffer is sent when it holds enough rows, when its oldest row has waited long enough, and at a
 * checkpoint. So batches may be retried and reordered at will. All state is touched by the task's
 * thread alone: answers and timers come through its mailbox.
 *
 * <p>Nothing here blocks but {@link #write} (while the buffer is full, or write timestamps are used
 * up) and {@link #flush} (until all is acknowledged), and both wait in the mailbox. A write that
 * finally fails throws there and fails the job.
 */
final class CassandraSinkWriter implements SinkWriter<RowData> {

  private final String what;
  private final Buffer limits;
  private final RowEncoder encoder;
  private final TimestampSource timestamps;
  private final RowStore store;
  private final Requests requests;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService timers;
  private final SinkWriterMetricGroup metrics;
  private final Runnable closeSession;

  private final WriteBuffer buffer;
  private int inFlight;
  private long inFlightBytes;
  private boolean sending;
  private boolean timerSet;

  CassandraSinkWriter(
      TargetTable table,
      Buffer limits,
      RowEncoder encoder,
      TimestampSource timestamps,
      RowStore store,
      Requests requests,
      WriterInitContext context,
      Runnable closeSession) {
    this.what = "write to " + table;
    this.limits = limits;
    this.encoder = encoder;
    this.timestamps = timestamps;
    this.store = store;
    this.requests = requests;
    this.mailbox = context.getMailboxExecutor();
    this.timers = context.getProcessingTimeService();
    this.metrics = context.metricGroup();
    this.closeSession = closeSession;
    this.buffer = new WriteBuffer(encoder.upserts(), limits.batchBytes());
  }

  @Override
  public void write(RowData row, Context context) throws InterruptedException {
    RowWrite write = encoder.encode(row, nextTimestamp());
    awaitRoom(write.bytes());
    buffer.add(write);
    sending |= buffer.rows() >= limits.rows();
    sendWhatMayBe();
    setTimer();
  }

  private long nextTimestamp() throws InterruptedException {
    timestamps.renew();
    while (!timestamps.available()) {
      mailbox.yield();
    }
    return timestamps.next();
  }

  private void awaitRoom(long bytes) throws InterruptedException {
    while (isFull(bytes)) {
      sending = true;
      sendWhatMayBe();
      if (isFull(bytes)) {
        mailbox.yield();
      }
    }
  }

  /** A row larger than the limit is still taken, alone. */
  private boolean isFull(long bytes) {
    long held = buffer.bytes() + inFlightBytes;
    return buffer.rows() >= limits.rows() || (held > 0 && held + bytes > limits.bytes());
  }

  private void setTimer() {
    if (!timerSet && !buffer.isEmpty()) {
      timerSet = true;
      long due = timers.getCurrentProcessingTime() + limits.interval().toMillis();
      timers.registerTimer(due, time -> onTimer());
    }
  }

  private void onTimer() {
    timerSet = false;
    sending = true;
    sendWhatMayBe();
  }

  private void sendWhatMayBe() {
    while (sending && !buffer.isEmpty() && inFlight < limits.inFlight()) {
      send(buffer.poll());
    }
    sending &= !buffer.isEmpty();
  }

  private void send(List<RowWrite> writes) {
    long bytes = writes.stream().mapToLong(RowWrite::bytes).sum();
    inFlight++;
    inFlightBytes += bytes;
    requests.send(what, () -> store.send(writes), () -> onAcknowledged(writes.size(), bytes));
  }

  private void onAcknowledged(int rows, long bytes) {
    inFlight--;
    inFlightBytes -= bytes;
    metrics.getNumRecordsSendCounter().inc(rows);
    metrics.getNumBytesSendCounter().inc(bytes);
    sendWhatMayBe();
  }

  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    sending = true;
    sendWhatMayBe();
    while (inFlight > 0) {
      mailbox.yield();
    }
  }

  @Override
  public void close() {
    requests.close();
    closeSession.run();
  }
}
