package io.tally.connectors.account;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

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
    ObjectNode meter =
        meters.has(reading.meter)
            ? (ObjectNode) meters.get(reading.meter)
            : meters.putObject(reading.meter);
    meter.put("subtasks", meter.path("subtasks").asInt() + 1);
    meter.put("of", reading.subtasks);
    ObjectNode counts = meter.withObject("/counts");
    reading.counts.forEach((name, value) -> counts.put(name, counts.path(name).asLong() + value));
  }
}
