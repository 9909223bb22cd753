package io.tally.connectors.account;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes an account: what is known of it beforehand, and the figures of each meter, summed over its
 * tasks.
 *
 * @param known JSON of the job's name, its sources, and the places where their rows enter
 */
public record AccountJson(String known) implements Serializable {

  /** In the id of a meter that has several parts, each with tasks of its own. */
  public static final String PART = "/";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  byte[] write(String run, long checkpoint, List<Reading> readings) throws IOException {
    ObjectNode account = (ObjectNode) MAPPER.readTree(known);
    account.put("run", run);
    account.put("checkpoint", checkpoint == Reading.END ? null : checkpoint);
    account.put("time", System.currentTimeMillis());
    ObjectNode meters = account.putObject("meters");
    Set<String> parts = new HashSet<>();
    for (Reading reading : readings) {
      if (reading.isOf(checkpoint)) {
        add(meters, reading, parts.add(reading.meter));
      }
    }
    return MAPPER.writeValueAsBytes(account);
  }

  private static void add(ObjectNode meters, Reading reading, boolean isFirstOfPart) {
    ObjectNode meter = within(meters, reading.meter.split(PART)[0]);
    meter.put("subtasks", meter.path("subtasks").asInt() + 1);
    meter.put("of", meter.path("of").asInt() + (isFirstOfPart ? reading.subtasks : 0));
    ObjectNode counts = within(meter, "counts");
    reading.counts.forEach((name, value) -> counts.put(name, counts.path(name).asLong() + value));
  }

  /** The object of a name, which is put there where it is not. */
  private static ObjectNode within(ObjectNode parent, String name) {
    return parent.has(name) ? (ObjectNode) parent.get(name) : parent.putObject(name);
  }
}
