package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.SinkSettings.Buffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/**
 * Writes the changelog of one subtask.
 *
 * <p>A row gets its write timestamp when it is accepted, and waits in the buffer under its key. The
 * buffer is sent when it holds enough rows, when its oldest row has waited long enough, and at a
 * checkpoint. Where an update-before must not be taken for a delete, it is held back for a while
 * ({@link HeldDeletes}). Batches may be retried and reordered at will. All state is touched by the
 * task's thread alone: answers and timers come through its mailbox.
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
  private final SinkMetrics metrics;
  private final Runnable closeSession;

  private final WriteBuffer buffer;
  private final HeldDeletes held = new HeldDeletes();
  private final boolean holdsUpdateBefores;
  private int inFlight;
  private long inFlightBytes;
  private boolean sending;
  private boolean timerSet;
  private boolean accepting;

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
    this.closeSession = closeSession;
    Coalescing coalescing = coalescing(encoder.upserts(), timestamps);
    this.buffer = new WriteBuffer(coalescing, limits.batchBytes());
    this.holdsUpdateBefores = coalescing != Coalescing.LAST;
    this.metrics = new SinkMetrics(context.metricGroup());
    metrics.show(SinkMetrics.IN_FLIGHT, () -> inFlight);
    metrics.show(SinkMetrics.BUFFERED_RECORDS, this::waitingRows);
    metrics.show(SinkMetrics.BUFFERED_BYTES, this::heldBytes);
  }

  private static Coalescing coalescing(Upserts upserts, TimestampSource timestamps) {
    if (!timestamps.rise()) {
      return CellCoalescing.ofAnyTimestamps(upserts.statics());
    }
    return upserts.wholeRow() && !upserts.statics()
        ? Coalescing.LAST
        : CellCoalescing.ofRisingTimestamps(upserts.statics());
  }

  @Override
  public void write(RowData row, Context context) throws InterruptedException {
    accepting = true;
    while (!timestamps.ready()) {
      mailbox.yield();
    }
    RowWrite write = encoder.encode(row, timestamps.next(row));
    if (holdsUpdateBefores) {
      decideHeld(write.key(), row.getRowKind());
    }
    awaitRoom(write.bytes());
    if (holdsUpdateBefores && row.getRowKind() == RowKind.UPDATE_BEFORE) {
      held.hold(write);
    } else {
      buffer(write);
    }
    sending |= buffer.rows() >= limits.rows();
    sendWhatMayBe();
    setTimer();
    accepting = false;
  }

  private void decideHeld(RowKey key, RowKind next) {
    switch (next) {
      case INSERT, DELETE -> held.release(key, this::buffer);
      case UPDATE_BEFORE, UPDATE_AFTER -> held.cancel(key);
    }
  }

  private void buffer(RowWrite write) {
    if (buffer.add(write)) {
      metrics.coalesced();
    }
  }

  private void awaitRoom(long bytes) throws InterruptedException {
    while (isFull(bytes)) {
      sending = true;
      if (buffer.isEmpty()) {
        held.releaseAll(this::buffer);
      }
      sendWhatMayBe();
      if (isFull(bytes)) {
        mailbox.yield();
      }
    }
  }

  /** A row larger than the limit is still taken, alone. */
  private boolean isFull(long bytes) {
    long heldBytes = heldBytes();
    return waitingRows() >= limits.rows() || (heldBytes > 0 && heldBytes + bytes > limits.bytes());
  }

  private int waitingRows() {
    return buffer.rows() + held.rows();
  }

  private long heldBytes() {
    return buffer.bytes() + held.bytes() + inFlightBytes;
  }

  private void setTimer() {
    if (!timerSet && waitingRows() > 0) {
      timerSet = true;
      long due = timers.getCurrentProcessingTime() + limits.interval().toMillis();
      timers.registerTimer(due, time -> onTimer());
    }
  }

  private void onTimer() {
    timerSet = false;
    // While a row waits to be accepted, time says nothing about the row that may come behind it.
    if (!accepting) {
      held.releaseAged(this::buffer);
    }
    if (!held.isEmpty()) {
      setTimer();
    }
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
    Batch batch = new Batch(writes);
    inFlight++;
    inFlightBytes += batch.bytes;
    requests.send(batch);
  }

  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    held.releaseAll(this::buffer);
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

  /** Rows of one partition on their way. */
  private final class Batch extends Requests.Request {

    private final List<RowWrite> writes;
    private final long bytes;

    Batch(List<RowWrite> writes) {
      super(what);
      this.writes = writes;
      this.bytes = bytes(writes);
    }

    private static long bytes(List<RowWrite> writes) {
      long bytes = 0;
      for (RowWrite write : writes) {
        bytes += write.bytes();
      }
      return bytes;
    }

    @Override
    String subject() {
      String key = encoder.text(writes.get(0).key());
      String others = writes.size() == 1 ? "" : ", or another of its batch,";
      return "%s of the row %s%s".formatted(what, key, others);
    }

    @Override
    CompletionStage<Void> send() {
      return store.send(writes);
    }

    @Override
    void acknowledged(long nanos) {
      inFlight--;
      inFlightBytes -= bytes;
      metrics.sent(writes.size(), bytes, nanos);
      sendWhatMayBe();
    }

    @Override
    void retried() {
      metrics.retried();
    }

    @Override
    void failed() {
      metrics.failed(writes.size());
    }
  }
}
