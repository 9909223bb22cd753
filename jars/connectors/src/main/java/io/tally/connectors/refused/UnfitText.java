package io.tally.connectors.refused;

/** Texts of rows in errors. */
final class UnfitText {

  private static final int SHOWN = 200;

  private UnfitText() {}

  /** The beginning of a text, if it is long. */
  static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
