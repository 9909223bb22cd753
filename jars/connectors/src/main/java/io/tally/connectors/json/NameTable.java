package io.tally.connectors.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of the fields of one sort of object, none of which lies within another. Learns names
 * and their order from the messages: those of one producer have the same fields in the same order,
 * so that a comparison with the name that came next the last time mostly finds it. Each name knows
 * the last object that had it, which tells duplicates.
 */
final class NameTable {

  static final String EXPECTED = "a name in quotes";

  // Where names are data (such as ids) there is no end to them: they are not all kept.
  private static final int MOST_LEARNED = 256;
  private static final int LONGEST_LEARNED = 256;

  private final boolean lenient;
  private final Name[] slots;
  private final Name first = new Name(new byte[0], 0, null);
  private final Name unlearned = new Name(new byte[0], 0, null);
  private int learnable = MOST_LEARNED;
  private long object;
  private Name previous;
  private Set<String> others = new HashSet<>();

  NameTable(List<RowField> declared, boolean lenient) {
    this.lenient = lenient;
    slots = new Name[Integer.highestOneBit(declared.size() + MOST_LEARNED) * 4];
    for (RowField field : declared) {
      byte[] bytes = field.name().getBytes(StandardCharsets.UTF_8);
      int hash = hash(bytes, 0, bytes.length);
      slots[slot(bytes, 0, bytes.length, hash)] = new Name(bytes, hash, field);
    }
  }

  /** Begins an object; returns its number. */
  long begin() {
    previous = first;
    if (!others.isEmpty()) {
      others = new HashSet<>();
    }
    return ++object;
  }

  /** Takes the name of the next field and its colon. */
  Name next(Cursor cursor) {
    if (cursor.next() != '"') {
      throw cursor.refusal(EXPECTED);
    }
    int place = cursor.at;
    Name name = guessed(cursor);
    boolean isGuessed = name != null;
    if (!isGuessed) {
      name = lookUp(cursor, place);
    }
    if (name.object == object && !lenient) {
      throw duplicate(cursor, place);
    }
    name.object = name == unlearned ? 0 : object;
    previous = name;
    if (!isGuessed) {
      cursor.colon();
    }
    return name;
  }

  /** The name that came next the last time, if it and its colon are here; takes both. */
  private Name guessed(Cursor cursor) {
    Name guess = previous.follower;
    if (guess == null || !guess.standsAt(cursor.bytes, cursor.at + 1, cursor.end)) {
      return null;
    }
    cursor.at += guess.bytes.length + 3;
    return guess;
  }

  private Name lookUp(Cursor cursor, int place) {
    Text text = cursor.string();
    int hash = hash(text.bytes, text.from, text.to);
    int slot = slot(text.bytes, text.from, text.to, hash);
    Name name = slots[slot];
    if (name == null && learnable > 0 && text.length() <= LONGEST_LEARNED) {
      name = new Name(text.copy(), hash, null);
      slots[slot] = name;
      learnable--;
    }
    if (name == null) {
      return notLearned(text, cursor, place);
    }
    previous.follower = name;
    return name;
  }

  private Name notLearned(Text text, Cursor cursor, int place) {
    if (!lenient && !others.add(text.toString())) {
      throw duplicate(cursor, place);
    }
    return unlearned;
  }

  /** Where this name is, or would be put. */
  private int slot(byte[] bytes, int from, int to, int hash) {
    int slot = (hash ^ hash >>> 15) & slots.length - 1;
    while (slots[slot] != null && !is(slots[slot], bytes, from, to, hash)) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  private static boolean is(Name name, byte[] bytes, int from, int to, int hash) {
    return name.hash == hash && Arrays.equals(name.bytes, 0, name.bytes.length, bytes, from, to);
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash;
  }

  static Refusal duplicate(Cursor cursor, int place) {
    String found = Found.at(cursor.bytes, place, cursor.end).replaceFirst("the string ", "");
    return Refusal.undecodable(place, "each name once in an object", found + " again");
  }
}
