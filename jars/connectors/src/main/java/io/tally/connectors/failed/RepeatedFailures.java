package io.tally.connectors.failed;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * Ends a job for good at the third failure of one cause in an expression.
 *
 * <p>It runs beside the job's manager, so nobody has to watch the job. It counts since the job was
 * started; a failure that a restart may mend, such as a server that does not answer, is not
 * counted.
 */
final class RepeatedFailures implements OperatorCoordinator {

  static final int TIMES = 3;
  private static final int CAUSES = 1_000;

  private final Context context;
  private final Map<String, Place> places;
  private final Map<ThrownByExpression, Integer> seen = new Bounded();

  private static final class Bounded extends LinkedHashMap<ThrownByExpression, Integer> {

    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<ThrownByExpression, Integer> eldest) {
      return size() > CAUSES;
    }
  }

  /**
   * @param places by the names of the classes that Flink has generated for them
   */
  RepeatedFailures(Context context, Map<String, Place> places) {
    this.context = context;
    this.places = places;
  }

  /** Makes one for an operator. */
  record Provider(OperatorID operator, Map<String, Place> places)
      implements OperatorCoordinator.Provider {

    private static final long serialVersionUID = 1L;

    Provider {
      if (!(places instanceof Serializable)) {
        throw new IllegalArgumentException("it travels to the job's manager");
      }
    }

    @Override
    public OperatorID getOperatorId() {
      return operator;
    }

    @Override
    public OperatorCoordinator create(Context context) {
      return new RepeatedFailures(context, places);
    }
  }

  @Override
  public void executionAttemptFailed(int subtask, int attempt, Throwable reason) {
    if (reason != null) {
      ThrownByExpression.of(reason).ifPresent(thrown -> count(thrown, reason));
    }
  }

  private void count(ThrownByExpression thrown, Throwable reason) {
    if (seen.merge(thrown, 1, Integer::sum) == TIMES) {
      RepeatedFailureException failure = new RepeatedFailureException(TIMES, words(thrown), reason);
      context.failJob(new SuppressRestartsException(failure));
    }
  }

  private String words(ThrownByExpression thrown) {
    Place place = places.get(thrown.code());
    return place == null ? thrown.what() : place.failed(thrown.what());
  }

  @Override
  public void start() {}

  @Override
  public void close() {}

  @Override
  public void handleEventFromOperator(int subtask, int attempt, OperatorEvent event) {}

  /** It keeps nothing: a job that is started anew gets three times anew. */
  @Override
  public void checkpointCoordinator(long checkpoint, CompletableFuture<byte[]> result) {
    result.complete(new byte[0]);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {}

  @Override
  public void resetToCheckpoint(long checkpoint, byte[] data) {}

  @Override
  public void subtaskReset(int subtask, long checkpoint) {}

  @Override
  public void executionAttemptReady(int subtask, int attempt, SubtaskGateway gateway) {}
}
