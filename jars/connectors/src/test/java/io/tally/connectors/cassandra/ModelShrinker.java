package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.ModelCase.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes a case that fails smaller for as long as it fails: fewer steps, fewer faults, a simpler
 * table, simpler steps. Large parts are tried before single ones.
 */
final class ModelShrinker {

  private ModelShrinker() {}

  static ModelCase shrink(ModelCase failing, Predicate<ModelCase> fails) {
    ModelCase smallest = failing;
    Optional<ModelCase> smaller = Optional.of(failing);
    while (smaller.isPresent()) {
      smallest = smaller.get();
      smaller = candidates(smallest).filter(fails).findFirst();
    }
    return smallest;
  }

  private static Stream<ModelCase> candidates(ModelCase of) {
    return Stream.of(
            withoutParts(of.steps()).map(of::withSteps),
            withoutParts(of.faults()).map(of::withFaults),
            withOneReplaced(of.faults(), ModelShrinker::simpler).map(of::withFaults),
            simplerTables(of.table()).map(of::withTable),
            of.parallelism() > 1 ? Stream.of(of.withParallelism(1)) : Stream.<ModelCase>of(),
            withOneReplaced(of.steps(), ModelCase.Step::simpler).map(of::withSteps))
        .flatMap(candidates -> candidates);
  }

  private static <T> Stream<List<T>> withoutParts(List<T> whole) {
    return Stream.iterate(whole.size(), size -> size > 0, size -> size / 2)
        .flatMap(
            size ->
                IntStream.iterate(0, from -> from < whole.size(), from -> from + size)
                    .mapToObj(from -> without(whole, from, from + size)));
  }

  private static <T> List<T> without(List<T> whole, int from, int to) {
    List<T> rest = new ArrayList<>(whole.subList(0, from));
    rest.addAll(whole.subList(Math.min(to, whole.size()), whole.size()));
    return rest;
  }

  private static <T> Stream<List<T>> withOneReplaced(
      List<T> whole, Function<T, Stream<? extends T>> by) {
    return IntStream.range(0, whole.size())
        .boxed()
        .flatMap(i -> by.apply(whole.get(i)).map(other -> replaced(whole, i, other)));
  }

  private static <T> List<T> replaced(List<T> whole, int position, T other) {
    List<T> result = new ArrayList<>(whole);
    result.set(position, other);
    return result;
  }

  private static Stream<Fault> simpler(Fault fault) {
    return fault.equals(Fault.NONE) ? Stream.empty() : Stream.of(Fault.NONE);
  }

  private static Stream<ModelTable> simplerTables(ModelTable table) {
    Stream<ModelTable> plainer =
        Stream.of(
                new ModelTable(false, table.statics(), table.options()),
                new ModelTable(table.partial(), false, table.options()))
            .filter(other -> !other.equals(table));
    return Stream.concat(plainer, table.options().keySet().stream().map(table::without));
  }
}
