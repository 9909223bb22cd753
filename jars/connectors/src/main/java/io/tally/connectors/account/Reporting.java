package io.tally.connectors.account;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;

/**
 * An operator that puts something out ahead of each checkpoint's barrier, so that it is true for
 * that checkpoint, and once more at the end of its input.
 */
abstract class Reporting<T> extends AbstractStreamOperator<T> {

  private static final long serialVersionUID = 1L;

  private transient boolean ended;

  /**
   * Puts it out.
   *
   * @param checkpoint that is about to be taken, or {@link Reading#END}
   */
  abstract void report(long checkpoint) throws Exception;

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    // The last checkpoint of an ended task comes behind its last report.
    if (!ended) {
      report(checkpoint);
    }
  }

  @Override
  public void finish() throws Exception {
    super.finish();
    report(Reading.END);
    ended = true;
  }
}
