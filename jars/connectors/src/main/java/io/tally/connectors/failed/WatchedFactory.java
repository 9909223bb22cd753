package io.tally.connectors.failed;

import java.util.Map;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OperatorAttributes;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.table.data.RowData;

/** Makes the operators of another factory, with {@link RepeatedFailures} as their coordinator. */
class WatchedFactory extends AbstractStreamOperatorFactory<RowData>
    implements CoordinatedOperatorFactory<RowData> {

  private static final long serialVersionUID = 1L;

  private final AbstractStreamOperatorFactory<RowData> factory;
  private final Map<String, Place> places;

  /**
   * @param factory that makes the operators
   * @param places of the whole job's expressions
   */
  WatchedFactory(AbstractStreamOperatorFactory<RowData> factory, Map<String, Place> places) {
    this.factory = factory;
    this.places = places;
    this.chainingStrategy = factory.getChainingStrategy();
  }

  /** Of operators of one input. */
  static class OneInput extends WatchedFactory
      implements OneInputStreamOperatorFactory<RowData, RowData> {

    private static final long serialVersionUID = 1L;

    OneInput(AbstractStreamOperatorFactory<RowData> factory, Map<String, Place> places) {
      super(factory, places);
    }
  }

  /** Of operators of two inputs. */
  static final class TwoInputs extends WatchedFactory
      implements TwoInputStreamOperatorFactory<RowData, RowData, RowData> {

    private static final long serialVersionUID = 1L;

    TwoInputs(AbstractStreamOperatorFactory<RowData> factory, Map<String, Place> places) {
      super(factory, places);
    }
  }

  @Override
  public <T extends StreamOperator<RowData>> T createStreamOperator(
      StreamOperatorParameters<RowData> parameters) {
    return factory.createStreamOperator(parameters);
  }

  @Override
  public OperatorCoordinator.Provider getCoordinatorProvider(String name, OperatorID operator) {
    return new RepeatedFailures.Provider(operator, places);
  }

  @Override
  public void setProcessingTimeService(ProcessingTimeService service) {
    super.setProcessingTimeService(service);
    factory.setProcessingTimeService(service);
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor executor) {
    super.setMailboxExecutor(executor);
    factory.setMailboxExecutor(executor);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classes) {
    return factory.getStreamOperatorClass(classes);
  }

  @Override
  public OperatorAttributes getOperatorAttributes() {
    return factory.getOperatorAttributes();
  }
}
