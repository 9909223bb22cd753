package io.tally.benchmarks;

import org.apache.flink.connector.datagen.source.GeneratorFunction;

/** The numbers of rows as they are: what Flink's generator source counts, SQL turns into rows. */
public final class RowNumbers implements GeneratorFunction<Long, Long> {

  private static final long serialVersionUID = 1L;

  @Override
  public Long map(Long number) {
    return number;
  }
}
