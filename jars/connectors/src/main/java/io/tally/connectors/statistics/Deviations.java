package io.tally.connectors.statistics;

/**
 * What {@link SquaredDeviations} keeps of its values: their count, sum and sum of squares.
 *
 * <p>All three only add up, so values may come, go and be merged in any order, and a count may be
 * below zero in between. Flink keeps the public fields as state.
 */
public class Deviations {

  /** Beyond it a square is no number any more. */
  private static final double LARGEST = 1e150;

  /** How many values. */
  public long count;

  /** Their sum. */
  public double sum;

  /** What {@code sum} has no room for. */
  public double sumRest;

  /** The sum of their squares. */
  public double squares;

  /** What {@code squares} has no room for. */
  public double squaresRest;

  /** How many of them have no square: NaN, infinite or too large; they are in no sum. */
  public long unusable;

  void add(double value, int times) {
    count += times;
    if (!(Math.abs(value) <= LARGEST)) {
      unusable += times;
      return;
    }
    PreciseSum square = PreciseSum.square(value);
    addSums(new PreciseSum(times * value, 0), square.times(times));
  }

  void add(Deviations other) {
    count += other.count;
    unusable += other.unusable;
    addSums(other.sums(), other.squareSums());
  }

  private void addSums(PreciseSum values, PreciseSum ofSquares) {
    PreciseSum added = sums().plus(values);
    sum = added.high();
    sumRest = added.low();
    added = squareSums().plus(ofSquares);
    squares = added.high();
    squaresRest = added.low();
  }

  private PreciseSum sums() {
    return new PreciseSum(sum, sumRest);
  }

  private PreciseSum squareSums() {
    return new PreciseSum(squares, squaresRest);
  }

  /** The sum of squared deviations from the mean; null of no values. */
  Double total() {
    if (count <= 0) {
      return null;
    }
    if (unusable != 0) {
      return Double.NaN;
    }
    // Squares are not below zero, but a last bit may be.
    return Math.max(0, squareSums().minus(sums().squaredOver(count)).high());
  }
}
