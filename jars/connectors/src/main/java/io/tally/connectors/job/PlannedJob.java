package io.tally.connectors.job;

import io.tally.connectors.account.AccountJson;
import io.tally.connectors.account.AccountSerializer;
import io.tally.connectors.account.Book;
import io.tally.connectors.account.Meter;
import io.tally.connectors.account.PartialDoor;
import io.tally.connectors.account.ReadMeter;
import io.tally.connectors.account.Reading;
import io.tally.connectors.account.RowMeter;
import io.tally.connectors.account.Tap;
import io.tally.connectors.cassandra.CassandraJudge;
import io.tally.connectors.failed.FailureWatch;
import io.tally.connectors.job.Graph.Edge;
import io.tally.connectors.kafka.LetterLoss;
import io.tally.connectors.kafka.LetterSink;
import io.tally.connectors.late.GateSpec;
import io.tally.connectors.late.LateGate;
import io.tally.connectors.late.LateGates;
import io.tally.connectors.late.LateRowSerializer;
import io.tally.connectors.late.WindowDoor;
import io.tally.connectors.late.WindowSpec;
import io.tally.connectors.python.PythonOperators;
import io.tally.connectors.refused.GuardSpec;
import io.tally.connectors.refused.GuardSpec.SinkSpec;
import io.tally.connectors.refused.KafkaJudge;
import io.tally.connectors.refused.RefusedRowSerializer;
import io.tally.connectors.refused.ResultGuard;
import io.tally.connectors.refused.RowJudge;
import io.tally.connectors.sessions.Sessions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.SideOutputTransformation;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.delegation.Executor;
import org.apache.flink.table.delegation.Planner;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;

/**
 * A compiled plan with gates and meters between its operators, on its way to the cluster.
 *
 * <p>The order matters where several are put into one place: meters ahead of exchanges first, then
 * gates, then the doors behind them.
 */
public final class PlannedJob {

  private final StreamExecutionEnvironment environment;
  private final StreamTableEnvironment tables;
  private final List<Transformation<?>> sinks;
  private final Graph graph;
  private final Map<String, List<DataStream<RowData>>> late = new LinkedHashMap<>();
  private final List<DataStream<RowData>> refused = new ArrayList<>();
  private final List<DataStream<Reading>> readings = new ArrayList<>();

  /**
   * Translates a plan.
   *
   * @param tables an environment over {@code environment}, with the functions that the plan calls
   * @param plan as JSON, connected
   */
  public PlannedJob(
      StreamExecutionEnvironment environment, StreamTableEnvironment tables, String plan)
      throws Exception {
    this.environment = environment;
    this.tables = tables;
    Planner planner = ((TableEnvironmentImpl) tables).getPlanner();
    this.sinks =
        new ArrayList<>(
            planner.translatePlan(planner.loadPlan(PlanReference.fromJsonString(plan))));
    this.graph = new Graph(List.copyOf(sinks));
  }

  /**
   * Lets tally's operators call the Python functions of the plan.
   *
   * @param scalar the Python class that calls scalar functions, pickled
   * @param table the one that calls table functions
   */
  public void callPython(byte[] scalar, byte[] table) {
    graph.all().forEach(one -> PythonOperators.replace(one, scalar, table));
  }

  /**
   * Counts the records that a source reads.
   *
   * @param scan node of the source
   * @param topic column of a record's topic, or -1
   * @param partition column of its partition, or -1
   * @param letter column of its dead letter
   * @param letters the node behind the source that wants dead letters alone, all others wanting
   *     rows alone; -1: they come to the same node
   */
  public void read(String meter, int scan, int topic, int partition, int letter, int letters) {
    List<Edge> edges = graph.behind(scan);
    OutputTag<RowData> aside =
        letters < 0 ? null : new OutputTag<>("letters", edges.get(0).input().getOutputType());
    ReadMeter operator = new ReadMeter(meter, topic, partition, letter, aside);
    OneInputTransformation<RowData, RowData> put = Graph.put(edges, meter, operator);
    metered(put);
    if (aside != null) {
      Edge edge = graph.ahead(letters, 0);
      Rewiring.replace(edge.target(), 0, new SideOutputTransformation<>(put, aside));
    }
  }

  /** Counts the rows that come to a node's input, before they are exchanged. */
  public void entry(String meter, int node, int input) {
    List<Edge> ways = graph.aheadOfExchange(node, input);
    for (int way = 0; way < ways.size(); way++) {
      String part = ways.size() == 1 ? meter : meter + AccountJson.PART + way;
      metered(Graph.put(List.of(ways.get(way)), part, new RowMeter(part, -1)));
    }
  }

  /** Puts in a gate of late rows. */
  public void gate(GateSpec spec) {
    Edge edge = graph.ahead(spec.node(), spec.input());
    OneInputTransformation<RowData, RowData> gate =
        Graph.putAhead(edge, spec.meter(), LateGates.of(spec, rowsOf(edge.input())));
    gate.setName("LateGate[%d]".formatted(spec.node()));
    metered(gate);
    late.computeIfAbsent(spec.source(), source -> new ArrayList<>()).add(side(gate, LateGate.LATE));
  }

  /** Tells calls of SESSIONS that a gate stands ahead of each: late events are no rows to drop. */
  public void sessionsAreGated() {
    Configuration options = tables.getConfig().getConfiguration();
    Map<String, String> parameters =
        new HashMap<>(options.get(PipelineOptions.GLOBAL_JOB_PARAMETERS, Map.of()));
    parameters.put(Sessions.GATED, "true");
    options.set(PipelineOptions.GLOBAL_JOB_PARAMETERS, parameters);
  }

  /**
   * Counts the rows that go into a node.
   *
   * @param rowsIn column of how many rows a partial result is of, or -1
   */
  public void door(String meter, int node, int input, int rowsIn) {
    metered(Graph.putAhead(graph.ahead(node, input), meter, new RowMeter(meter, rowsIn)));
  }

  /** The same, with the windows of the rows. */
  public void door(String meter, int node, int input, WindowSpec windows) {
    metered(Graph.putAhead(graph.ahead(node, input), meter, new WindowDoor(meter, windows)));
  }

  /**
   * The same, of partial results of windows.
   *
   * @param windowEnd column of a window's end
   */
  public void door(String meter, int node, int input, int rowsIn, int windowEnd) {
    PartialDoor operator = new PartialDoor(meter, rowsIn, windowEnd);
    metered(Graph.putAhead(graph.ahead(node, input), meter, operator));
  }

  /**
   * Adds up what an aggregation has counted.
   *
   * @param behind the node behind the aggregation
   * @param counted column of the hidden count
   * @param versions whether that node wants former versions
   * @param repeats whether it wants results that have not changed
   */
  public void tap(String meter, int behind, int counted, boolean versions, boolean repeats) {
    Edge edge = graph.ahead(behind, 0);
    Tap operator = new Tap(meter, rowsOf(edge.input()), counted, versions, repeats);
    metered(Graph.putAhead(edge, meter, operator));
  }

  /**
   * Judges the rows of an aggregate ahead of all its sinks, which read one result.
   *
   * @param text the guard's specification as JSON
   */
  public void guard(String text) throws IOException {
    GuardSpec spec = GuardSpec.of(text);
    List<Edge> edges = spec.sinks().stream().map(sink -> graph.aheadOfSink(sink.node())).toList();
    if (edges.stream().map(Edge::input).distinct().count() > 1) {
      throw new IllegalStateException(
          "the sinks of aggregate '%s' read several results".formatted(spec.aggregate()));
    }
    List<RowJudge> judges = spec.sinks().stream().map(this::judge).toList();
    RowType rows = spec.named(rowsOf(edges.get(0).input()));
    OneInputTransformation<RowData, RowData> guard =
        Graph.put(edges, spec.meter(), new ResultGuard(spec, rows, judges));
    guard.setName("ResultGuard[%s]".formatted(spec.aggregate()));
    metered(guard);
    refused.add(side(guard, ResultGuard.REFUSED));
  }

  @SuppressWarnings("unchecked")
  private RowJudge judge(SinkSpec spec) {
    Sink<?> sink = graph.sink(spec.node());
    return CassandraJudge.of(sink, spec.partition(), spec.clustering())
        .orElseGet(() -> KafkaJudge.of((KafkaSink<RowData>) sink, spec));
  }

  /**
   * Writes the refused rows of all aggregates.
   *
   * @param options as of {@link #writeLate}
   */
  public void writeRefused(Map<String, String> options) {
    DataStreamSink<RowData> sink =
        union(refused)
            .sinkTo(
                letterSink(options, new RefusedRowSerializer(), "refused rows", LetterLoss.FAILS))
            .name("refused rows")
            .uid("refused")
            // They are few, and each task would hold a producer.
            .setParallelism(1);
    sinks.add(sink.getTransformation());
  }

  private static RowType rowsOf(Transformation<RowData> rows) {
    return ((InternalTypeInfo<RowData>) rows.getOutputType()).toRowType();
  }

  private void metered(OneInputTransformation<RowData, RowData> meter) {
    readings.add(side(meter, Meter.READINGS));
  }

  private <T> DataStream<T> side(Transformation<RowData> of, OutputTag<T> tag) {
    return new DataStream<>(environment, new SideOutputTransformation<>(of, tag));
  }

  /**
   * Writes the late rows of a source.
   *
   * @param source name of its table
   * @param options those of {@code 'connector' = 'tally-dead-letters'}
   */
  public void writeLate(String source, Map<String, String> options) {
    String rows = "late rows of source table '%s'".formatted(source);
    DataStreamSink<RowData> sink =
        union(late.get(source))
            .sinkTo(letterSink(options, new LateRowSerializer(), rows, LetterLoss.FAILS))
            .name("late rows of " + source)
            .uid(source + "_late");
    sinks.add(sink.getTransformation());
  }

  /**
   * Writes the account of the job.
   *
   * @param known what is known of it beforehand
   * @param serializer of its records
   * @param options as of {@link #writeLate}
   */
  public void writeAccount(
      AccountJson known, AccountSerializer serializer, Map<String, String> options) {
    DataStreamSink<byte[]> sink =
        union(readings)
            .transform(
                "account", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO, new Book(known))
            .uid("account")
            .setParallelism(1)
            .sinkTo(letterSink(options, serializer, "the account", LetterLoss.IS_MADE_GOOD))
            .name("accounts")
            .uid("account_records")
            .setParallelism(1);
    sinks.add(sink.getTransformation());
  }

  private static <T> Sink<T> letterSink(
      Map<String, String> options,
      KafkaRecordSerializationSchema<T> serializer,
      String letters,
      LetterLoss loss) {
    return LetterSink.of(options, Configuration.fromMap(options), serializer, letters, loss);
  }

  private static <T> DataStream<T> union(List<DataStream<T>> streams) {
    DataStream<T> first = streams.get(0);
    for (DataStream<T> other : streams.subList(1, streams.size())) {
      first = first.union(other);
    }
    return first;
  }

  /**
   * Ends the job for good where an expression throws again and again.
   *
   * @param aggregates that a node of the plan feeds, as they are to be named
   */
  public void watchFailures(Map<Integer, String> aggregates) {
    FailureWatch.over(graph.all(), aggregates);
  }

  /**
   * Hands the job to the cluster.
   *
   * @param executor of the table environment, which sees to what Python functions need
   */
  public JobClient start(Executor executor, String name) throws Exception {
    Configuration options = tables.getConfig().getConfiguration();
    return executor.executeAsync(executor.createPipeline(sinks, options, name));
  }
}
