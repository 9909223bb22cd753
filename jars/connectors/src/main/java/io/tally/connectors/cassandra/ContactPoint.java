package io.tally.connectors.cassandra;

import java.io.Serializable;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.ValidationException;

/**
 * A node's address, such as {@code 127.0.0.1:9042}, {@code db.example:9042}, {@code [::1]:9042}.
 */
record ContactPoint(String host, int port) implements Serializable {

  private static final Pattern FORM = Pattern.compile("(\\[[^\\[\\]]+]|[^:\\s\\[\\]]+):(\\d{1,5})");

  static ContactPoint parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 0xFFFF) {
      throw new ValidationException(
          "option 'contact-points': '%s' is not an address; write it as host:port".formatted(text));
    }
    return new ContactPoint(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }

  /** The address, its host name looked up now. */
  InetSocketAddress address() {
    return new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
