package io.tally.connectors.job;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.streaming.api.transformations.SinkTransformation;
import org.apache.flink.streaming.api.transformations.UnionTransformation;
import org.apache.flink.table.data.RowData;

/** The transformations of a job, found by the nodes of its compiled plan, and what is put in. */
final class Graph {

  private final List<Transformation<?>> sinks;

  /**
   * @param sinks of the job, which lead to all else
   */
  Graph(List<Transformation<?>> sinks) {
    this.sinks = sinks;
  }

  /**
   * An input of a transformation.
   *
   * @param place of the input, from 0
   */
  record Edge(Transformation<?> target, int place, Transformation<RowData> input) {

    @SuppressWarnings("unchecked")
    static Edge of(Transformation<?> target, int place) {
      return new Edge(target, place, (Transformation<RowData>) target.getInputs().get(place));
    }
  }

  /** The input of a node. */
  Edge ahead(int node, int input) {
    return Edge.of(first(node), input);
  }

  /**
   * The input of a node before rows are exchanged or united there: that of each way on which they
   * come. So it takes nothing from the order in which rows of one way come.
   */
  List<Edge> aheadOfExchange(int node, int input) {
    return ways(ahead(node, input)).toList();
  }

  /** The input of a sink before its rows are handed out to its tasks by their key. */
  Edge aheadOfSink(int node) {
    Edge edge = ahead(node, 0);
    while (edge.input() instanceof PartitionTransformation) {
      edge = Edge.of(edge.input(), 0);
    }
    return edge;
  }

  /** The sink that a node of the plan ends in. */
  Sink<?> sink(int node) {
    return sinks.stream()
        .filter(one -> isOf(one, node + "_") && one instanceof SinkTransformation)
        .map(one -> ((SinkTransformation<?, ?>) one).getSink())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("node %d is no sink".formatted(node)));
  }

  private static Stream<Edge> ways(Edge edge) {
    Transformation<RowData> input = edge.input();
    boolean passes =
        input instanceof PartitionTransformation || input instanceof UnionTransformation;
    return passes ? edges(input).flatMap(Graph::ways) : Stream.of(edge);
  }

  private static Stream<Edge> edges(Transformation<?> target) {
    return IntStream.range(0, target.getInputs().size()).mapToObj(place -> Edge.of(target, place));
  }

  /** What a node puts out, on its way to each that takes it. */
  List<Edge> behind(int node) {
    String prefix = node + "_";
    return all().stream()
        .filter(one -> !isOf(one, prefix))
        .flatMap(Graph::edges)
        .filter(edge -> isOf(edge.input(), prefix))
        .toList();
  }

  /** The first transformation of a node; its others, if any, are behind that. */
  private Transformation<?> first(int node) {
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

  /** All of the job. */
  Collection<Transformation<?>> all() {
    Set<Transformation<?>> found = new LinkedHashSet<>();
    sinks.forEach(sink -> collect(sink, found));
    return found;
  }

  private static void collect(Transformation<?> one, Set<Transformation<?>> found) {
    if (found.add(one)) {
      one.getInputs().forEach(input -> collect(input, found));
    }
  }

  /**
   * Puts in an operator that hands rows on.
   *
   * @param edges of one input, all of which then come from the operator
   * @param name of the operator, and its uid: not with a node's prefix, since it is of none
   */
  static OneInputTransformation<RowData, RowData> put(
      List<Edge> edges, String name, StreamOperator<RowData> operator) {
    Transformation<RowData> input = edges.get(0).input();
    OneInputTransformation<RowData, RowData> put =
        new OneInputTransformation<>(
            input,
            name,
            SimpleOperatorFactory.of(operator),
            input.getOutputType(),
            input.getParallelism(),
            input.isParallelismConfigured());
    put.setChainingStrategy(ChainingStrategy.ALWAYS);
    put.setUid(name);
    edges.forEach(edge -> Rewiring.replace(edge.target(), edge.place(), put));
    return put;
  }

  /** Puts in an operator as part of the one behind it, of which it has the tasks. */
  static OneInputTransformation<RowData, RowData> putAhead(
      Edge edge, String name, StreamOperator<RowData> operator) {
    OneInputTransformation<RowData, RowData> put = put(List.of(edge), name, operator);
    Transformation<?> target = edge.target();
    put.setParallelism(target.getParallelism(), target.isParallelismConfigured());
    if (target.getMaxParallelism() > 0) {
      put.setMaxParallelism(target.getMaxParallelism());
    }
    return put;
  }
}
