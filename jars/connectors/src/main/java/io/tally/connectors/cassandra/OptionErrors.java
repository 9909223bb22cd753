package io.tally.connectors.cassandra;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.table.api.ValidationException;

/** What is wrong with the options of a table, collected so that all of it is said at once. */
final class OptionErrors {

  private final List<String> errors = new ArrayList<>();

  void add(String format, Object... arguments) {
    errors.add(arguments.length == 0 ? format : format.formatted(arguments));
  }

  /**
   * Reads something that refuses bad options by a {@link ValidationException}.
   *
   * @return what was read, or null if it was refused; {@link #throwIfAny} throws then
   */
  <T> T collect(Supplier<T> read) {
    try {
      return read.get();
    } catch (ValidationException e) {
      errors.add(e.getMessage());
      return null;
    }
  }

  /**
   * Ends the reading of options.
   *
   * @throws ValidationException if any is wrong, with a line for each
   */
  void throwIfAny() {
    if (errors.size() == 1) {
      throw new ValidationException(errors.get(0));
    }
    if (!errors.isEmpty()) {
      throw new ValidationException(
          "%d options are wrong:%n- %s"
              .formatted(errors.size(), String.join(System.lineSeparator() + "- ", errors)));
    }
  }
}
