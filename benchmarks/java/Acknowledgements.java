package io.tally.benchmarks;

import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.CqlIdentifier;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.context.DriverContext;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BatchStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.metadata.Node;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.session.Request;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.tracker.RequestTracker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Watches the sink's driver: how long from a row's acceptance until its write was acknowledged.
 *
 * <p>The sink fixes a row's write timestamp when it accepts the row, by the clock of this machine,
 * and sends it as the statement's last variable; so the acknowledged statement itself says since
 * when its row was there. Named by the driver's option {@code advanced.request-tracker.classes}.
 *
 * <p>{@code -Dacknowledgements=FILE} is written when the session closes; what is acknowledged within
 * the first {@code -Dacknowledgements.skip=SECONDS} is left out.
 */
public final class Acknowledgements implements RequestTracker {

  private static final CqlIdentifier TIMESTAMP = CqlIdentifier.fromInternal("[timestamp]");
  private static final CqlIdentifier TABLE = CqlIdentifier.fromInternal("rows");

  private final Path file = Path.of(System.getProperty("acknowledgements"));
  private final long from =
      System.nanoTime()
          + Duration.ofSeconds(Long.getLong("acknowledgements.skip")).toNanos();
  private final Histogram rows = new Histogram();
  private final Histogram requests = new Histogram();

  public Acknowledgements(DriverContext context) {}

  @Override
  public void onSuccess(
      Request request,
      long nanos,
      DriverExecutionProfile profile,
      Node node,
      String requestId) {
    if (System.nanoTime() < from) {
      return;
    }
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    if (request instanceof BatchStatement batch) {
      for (BatchableStatement<?> statement : batch) {
        row((BoundStatement) statement, now);
      }
      requests.add(nanos / 1_000);
    } else if (request instanceof BoundStatement statement && row(statement, now)) {
      requests.add(nanos / 1_000);
    }
  }

  private boolean row(BoundStatement statement, long now) {
    ColumnDefinitions variables = statement.getPreparedStatement().getVariableDefinitions();
    int last = variables.size() - 1;
    if (last < 0
        || !variables.get(last).getName().equals(TIMESTAMP)
        || !variables.get(last).getTable().equals(TABLE)) {
      return false;
    }
    rows.add(now - statement.getLong(last));
    return true;
  }

  @Override
  public void close() {
    String json = "{\"rows\": %s, \"requests\": %s}%n".formatted(rows.json(), requests.json());
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
