package io.tally.connectors.lost;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * Records vanished before they were read. A restart would not find them either, so Flink fails the
 * job at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class LostRecordsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LostRecordsException(String table, List<Loss> losses) {
    super(
        "records lost: source table '%s': %s"
            .formatted(table, losses.stream().map(Loss::text).collect(Collectors.joining("; "))));
  }
}
