package io.tally.connectors.late;

import io.tally.connectors.kafka.LetterSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
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

/** A compiled plan with gates ahead of its operators on event time, on its way to the cluster. */
public final class GatedJob {

  private final StreamExecutionEnvironment environment;
  private final StreamTableEnvironment tables;
  private final List<Transformation<?>> sinks;
  private final Map<String, Map<String, String>> topics = new LinkedHashMap<>();
  private final Map<String, List<DataStream<RowData>>> late = new LinkedHashMap<>();

  /**
   * Translates a plan.
   *
   * @param tables an environment over {@code environment}, with the functions that the plan calls
   * @param plan as JSON, connected
   */
  public GatedJob(
      StreamExecutionEnvironment environment, StreamTableEnvironment tables, String plan)
      throws Exception {
    this.environment = environment;
    this.tables = tables;
    Planner planner = ((TableEnvironmentImpl) tables).getPlanner();
    this.sinks = planner.translatePlan(planner.loadPlan(PlanReference.fromJsonString(plan)));
  }

  /**
   * Says how a source's late rows are written.
   *
   * @param source name of its table
   * @param options those of {@code 'connector' = 'tally-dead-letters'}
   */
  public void topic(String source, Map<String, String> options) {
    topics.put(source, Map.copyOf(options));
  }

  /** Puts in a gate. */
  public void gate(GateSpec spec) {
    Transformation<?> target = target(spec.node());
    @SuppressWarnings("unchecked")
    Transformation<RowData> input = (Transformation<RowData>) Rewiring.input(target, spec.input());
    OneInputTransformation<RowData, RowData> gate = gate(spec, input, target);
    Rewiring.replace(target, spec.input(), gate);
    late.computeIfAbsent(spec.source(), source -> new ArrayList<>())
        .add(new DataStream<>(environment, new SideOutputTransformation<>(gate, LateGate.LATE)));
  }

  private static OneInputTransformation<RowData, RowData> gate(
      GateSpec spec, Transformation<RowData> input, Transformation<?> target) {
    RowType type = ((InternalTypeInfo<RowData>) input.getOutputType()).toRowType();
    OneInputTransformation<RowData, RowData> gate =
        new OneInputTransformation<>(
            input,
            "LateGate[%d]".formatted(spec.node()),
            SimpleOperatorFactory.of(new LateGate(spec, jsonIfItCanBe(columns(spec, type)))),
            input.getOutputType(),
            target.getParallelism(),
            target.isParallelismConfigured());
    gate.setChainingStrategy(ChainingStrategy.ALWAYS);
    // Not with the node's prefix: a node may get a second gate.
    gate.setUid("late-gate-%d-%d".formatted(spec.node(), spec.input()));
    if (target.getMaxParallelism() > 0) {
      gate.setMaxParallelism(target.getMaxParallelism());
    }
    return gate;
  }

  /** The row without the columns of its identity, which are its last. */
  private static RowType columns(GateSpec spec, RowType type) {
    return new RowType(type.getFields().subList(0, spec.identity().columns(type.getFieldCount())));
  }

  /**
   * A type that JSON has no form for must not keep a job from starting: then no column is written.
   */
  private static SerializationSchema<RowData> jsonIfItCanBe(RowType type) {
    try {
      return json(type);
    } catch (UnsupportedOperationException e) {
      return json(new RowType(List.of()));
    }
  }

  private static SerializationSchema<RowData> json(RowType type) {
    return new JsonRowDataSerializationSchema(
        type,
        TimestampFormat.ISO_8601,
        JsonFormatOptions.MapNullKeyMode.LITERAL,
        "null",
        true,
        false);
  }

  /** The first transformation of a node; its others, if any, are behind that. */
  private Transformation<?> target(int node) {
    String prefix = node + "_";
    return all().stream()
        .filter(
            one -> isOf(one, prefix) && one.getInputs().stream().noneMatch(in -> isOf(in, prefix)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("node %d is not in the plan".formatted(node)));
  }

  private static boolean isOf(Transformation<?> transformation, String prefix) {
    String uid = transformation.getUid();
    return uid != null && uid.startsWith(prefix);
  }

  private Collection<Transformation<?>> all() {
    Set<Transformation<?>> found = new HashSet<>();
    sinks.forEach(sink -> collect(sink, found));
    return found;
  }

  private static void collect(Transformation<?> one, Set<Transformation<?>> found) {
    if (found.add(one)) {
      one.getInputs().forEach(input -> collect(input, found));
    }
  }

  /**
   * Hands the job to the cluster.
   *
   * @param executor of the table environment, which sees to what Python functions need
   */
  public JobClient start(Executor executor, String name) throws Exception {
    List<Transformation<?>> all = new ArrayList<>(sinks);
    late.forEach((source, rows) -> all.add(write(source, rows).getTransformation()));
    Configuration options = tables.getConfig().getConfiguration();
    return executor.executeAsync(executor.createPipeline(all, options, name));
  }

  private DataStreamSink<RowData> write(String source, List<DataStream<RowData>> rows) {
    Map<String, String> options = topics.get(source);
    DataStream<RowData> first = rows.get(0);
    for (DataStream<RowData> other : rows.subList(1, rows.size())) {
      first = first.union(other);
    }
    return first
        .sinkTo(LetterSink.of(options, Configuration.fromMap(options), new LateRowSerializer()))
        .name("late rows of " + source)
        .uid(source + "_late");
  }
}
