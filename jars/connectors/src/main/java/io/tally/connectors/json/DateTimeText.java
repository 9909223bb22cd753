package io.tally.connectors.json;

/**
 * Reads dates and times of fixed layouts from a text, part by part. A part that is not there, or
 * that no calendar has, makes all that follows fail: {@link #isWhole} tells.
 */
final class DateTimeText {

  private static final int[] DAYS_BEFORE = {
    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365
  };
  private static final int NANO_DIGITS = 9;
  // As far as Java goes; no place on earth goes as far.
  private static final int MOST_OFFSET_MINUTES = 18 * 60;

  private byte[] bytes;
  private int at;
  private int end;
  private boolean failed;

  private int epochDay;
  private int second;
  private int nanos;
  private boolean finerThanNanos;

  DateTimeText start(Text text) {
    bytes = text.bytes;
    at = text.from;
    end = text.to;
    failed = false;
    second = 0;
    nanos = 0;
    finerThanNanos = false;
    return this;
  }

  /** Whether every part was there, and nothing more. */
  boolean isWhole() {
    return !failed && at == end;
  }

  int epochDay() {
    return epochDay;
  }

  /** Second of the day. */
  int second() {
    return second;
  }

  int nanos() {
    return nanos;
  }

  /** Whether the fraction has more digits than these, other than zeros. */
  boolean isFinerThan(int digits) {
    return finerThanNanos || nanos % JsonNumber.tens(NANO_DIGITS - digits) != 0;
  }

  /** Takes this character, if it is next. */
  boolean takes(char character) {
    boolean here = at < end && bytes[at] == character;
    at += here ? 1 : 0;
    return here;
  }

  DateTimeText require(char character) {
    failed |= !takes(character);
    return this;
  }

  /** A date as 2013-01-31, of the years 0001 to 9999. */
  DateTimeText date() {
    int year = twoDigits() * 100 + twoDigits();
    int month = require('-').twoDigits();
    int day = require('-').twoDigits();
    if (failed || year < 1 || month < 1 || month > 12 || day < 1 || day > length(year, month)) {
      failed = true;
    } else {
      epochDay = epochDay(year, month, day);
    }
    return this;
  }

  private static int length(int year, int month) {
    int days = DAYS_BEFORE[month] - DAYS_BEFORE[month - 1];
    return month == 2 && isLeap(year) ? days + 1 : days;
  }

  private static boolean isLeap(int year) {
    return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  private static int epochDay(int year, int month, int day) {
    int before = year - 1;
    int leapDays = before / 4 - before / 100 + before / 400;
    int thisLeapDay = month > 2 && isLeap(year) ? 1 : 0;
    // 1970-01-01 is day 719,163 counted from 0001-01-01 as day 1.
    return before * 365 + leapDays + DAYS_BEFORE[month - 1] + thisLeapDay + day - 719_163;
  }

  /** A time of day as 12:34:56, with a fraction if there is one. */
  DateTimeText time() {
    hourAndMinute();
    return require(':').secondAndFraction();
  }

  /** The same; seconds may be left out, as in ISO 8601. */
  DateTimeText timeWithoutSeconds() {
    hourAndMinute();
    return takes(':') ? secondAndFraction() : this;
  }

  private void hourAndMinute() {
    int hour = twoDigits();
    int minute = require(':').twoDigits();
    failed |= hour > 23 || minute > 59;
    second = hour * 3_600 + minute * 60;
  }

  private DateTimeText secondAndFraction() {
    int seconds = twoDigits();
    failed |= seconds > 59;
    second += seconds;
    if (takes('.')) {
      fraction();
    }
    return this;
  }

  private void fraction() {
    int first = at;
    int value = 0;
    for (; at < end && isDigit(bytes[at]); at++) {
      if (at - first < NANO_DIGITS) {
        value = value * 10 + bytes[at] - '0';
      } else {
        finerThanNanos |= bytes[at] != '0';
      }
    }
    failed |= at == first;
    nanos = value * (int) JsonNumber.tens(Math.max(0, NANO_DIGITS - (at - first)));
  }

  /** An offset from UTC: Z, or as +02:00; the time is then that in UTC. */
  DateTimeText offset() {
    if (takes('Z')) {
      return this;
    }
    boolean west = at < end && bytes[at] == '-';
    if (!west && !takes('+')) {
      failed = true;
      return this;
    }
    at += west ? 1 : 0;
    int hours = twoDigits();
    int minutes = require(':').twoDigits();
    failed |= minutes > 59 || hours * 60 + minutes > MOST_OFFSET_MINUTES;
    second -= (west ? -1 : 1) * (hours * 3_600 + minutes * 60);
    return this;
  }

  private int twoDigits() {
    if (end - at < 2 || !isDigit(bytes[at]) || !isDigit(bytes[at + 1])) {
      failed = true;
      return 0;
    }
    int value = (bytes[at] - '0') * 10 + bytes[at + 1] - '0';
    at += 2;
    return value;
  }

  private static boolean isDigit(byte value) {
    return value >= '0' && value <= '9';
  }
}
