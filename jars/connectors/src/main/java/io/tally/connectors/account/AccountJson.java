package io.tally.connectors.account;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Writes an account: what is known of it beforehand, and the figures of each meter, summed over its
 * tasks.
 *
 * @param known JSON of the job's name, its sources, and the places where their rows enter
 */
public record AccountJson(String known) implements Serializable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  byte[] write(String run, long checkpoint, List<Reading> readings) throws IOException {
    ObjectNode account = (ObjectNode) MAPPER.readTree(known);
    account.put("run", run);
    account.put("checkpoint", checkpoint == Reading.END ? null : checkpoint);
    account.put("time", System.currentTimeMillis());
    ObjectNode meters = account.putObject("meters");
    for (Reading reading : readings) {
      if (reading.isOf(checkpoint)) {
        add(meters, reading);
      }
    }
    return MAPPER.writeValueAsBytes(account);
  }

  private static void add(ObjectNode meters, Reading reading) {
    ObjectNode meter = within(meters, reading.meter);
    meter.put("subtasks", meter.path("subtasks").asInt() + 1);
    meter.put("of", reading.subtasks);
    ObjectNode counts = within(meter, "counts");
    reading.counts.forEach((name, value) -> counts.put(name, counts.path(name).asLong() + value));
  }

  /** The object of a name, which is put there where it is not. */
  private static ObjectNode within(ObjectNode parent, String name) {
    return parent.has(name) ? (ObjectNode) parent.get(name) : parent.putObject(name);
  }
}
