package io.tally.connectors.account;

/** One figure that grows. */
public final class Count {

  private long value;

  public void add(long more) {
    value += more;
  }

  public long value() {
    return value;
  }
}
