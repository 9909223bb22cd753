package io.tally.connectors.statistics;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

/**
 * The sum of squared deviations from the mean of numbers, in the place of Flink's {@code
 * $WELFORD_M2$1}.
 *
 * <p>Nulls are left out. Of no numbers it is null; where one of them is NaN, infinite or beyond
 * 1e150, NaN.
 */
public final class SquaredDeviations extends AggregateFunction<Double, Deviations> {

  private static final long serialVersionUID = 1L;

  private static final DataType KEPT =
      DataTypes.STRUCTURED(
          Deviations.class,
          DataTypes.FIELD("count", DataTypes.BIGINT().notNull().bridgedTo(long.class)),
          DataTypes.FIELD("sum", DataTypes.DOUBLE().notNull().bridgedTo(double.class)),
          DataTypes.FIELD("sumRest", DataTypes.DOUBLE().notNull().bridgedTo(double.class)),
          DataTypes.FIELD("squares", DataTypes.DOUBLE().notNull().bridgedTo(double.class)),
          DataTypes.FIELD("squaresRest", DataTypes.DOUBLE().notNull().bridgedTo(double.class)),
          DataTypes.FIELD("unusable", DataTypes.BIGINT().notNull().bridgedTo(long.class)));

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    return TypeInference.newBuilder()
        .inputTypeStrategy(
            InputTypeStrategies.sequence(InputTypeStrategies.logical(LogicalTypeFamily.NUMERIC)))
        .accumulatorTypeStrategy(TypeStrategies.explicit(KEPT))
        .outputTypeStrategy(TypeStrategies.explicit(DataTypes.DOUBLE()))
        .build();
  }

  @Override
  public Deviations createAccumulator() {
    return new Deviations();
  }

  /** Takes a number in. */
  public void accumulate(Deviations kept, Number value) {
    if (value != null) {
      kept.add(value.doubleValue(), 1);
    }
  }

  /** Takes a number back. */
  public void retract(Deviations kept, Number value) {
    if (value != null) {
      kept.add(value.doubleValue(), -1);
    }
  }

  /** Takes in what others have kept. */
  public void merge(Deviations kept, Iterable<Deviations> others) {
    others.forEach(kept::add);
  }

  @Override
  public Double getValue(Deviations kept) {
    return kept.total();
  }
}
