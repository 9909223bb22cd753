package io.tally.connectors.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.types.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time-out 10, longest length 25. */
class PresenceTest implements Presence.Changes {

  private final List<String> said = new ArrayList<>();

  @Override
  public void started(Session session) {
    said.add("%d %s".formatted(session.startedAt(), session.carried().getField(0)));
  }

  @Override
  public void ended(Session session, long at, EndReason reason) {
    said.add("%d-%d %s".formatted(session.startedAt(), at, reason.text()));
  }

  private static Moment moment(String event, long at) {
    boolean starts = event.startsWith("S");
    return new Moment(starts, event.startsWith("E"), at + 10, at + 25, Row.of(event));
  }

  /** Events as kind and time, S for START and E for END, and the moment that time comes to. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "S1 E5           | 50 | 1 S1, 1-5 end",
        "S1              | 10 | 1 S1",
        "S1              | 11 | 1 S1, 1-11 timeout",
        "S1 E11          | 50 | 1 S1, 1-11 end",
        "S1 E12          | 50 | 1 S1, 1-11 timeout",
        "S1 S11          | 11 | 1 S1, 1-11 superseded, 11 S11",
        "S1 S4 E6        | 50 | 1 S1, 1-4 superseded, 4 S4, 4-6 end",
        "E1              | 50 | ",
        "v1              | 50 | ",
        "S1 S1 E5 E5     | 50 | 1 S1, 1-5 end",
        "S1 v9 v18       | 25 | 1 S1",
        "S1 v11          | 20 | 1 S1",
        "S1 v9 v18 v25   | 26 | 1 S1, 1-26 max_length",
        "S1 v9 v18 E26   | 50 | 1 S1, 1-26 end",
        "S1 v9 v18 v26   | 26 | 1 S1, 1-26 max_length",
        "S1 v9 v16       | 50 | 1 S1, 1-26 timeout",
        "S1 E1           | 50 | 1 S1, 1-1 end",
        "E1 S1           | 50 | 1 S1, 1-1 end",
        "S1 S5 E5        | 6  | 1 S1, 1-5 end, 5 S5",
        "S1 E5 S5        | 6  | 1 S1, 1-5 end, 5 S5",
        "S1 E5 S5 v5     | 6  | 1 S1, 1-5 end, 5 S5",
      })
  void tellsStartsAndEnds(String events, long until, String expected) {
    TreeMap<Long, Moment> moments = new TreeMap<>();
    for (String event : events.split(" ")) {
      long at = Long.parseLong(event.substring(1));
      moments.merge(at, moment(event, at), Moment::with);
    }
    Presence presence = new Presence(null, this);
    for (long at = 0; at <= until; at++) {
      if (moments.containsKey(at)) {
        presence.take(at, moments.get(at));
      }
      presence.pass(at);
    }
    assertThat(String.join(", ", said)).isEqualTo(expected == null ? "" : expected);
    boolean isOpen = !said.isEmpty() && !said.get(said.size() - 1).contains("-");
    assertThat(presence.open() != null).isEqualTo(isOpen);
  }
}
