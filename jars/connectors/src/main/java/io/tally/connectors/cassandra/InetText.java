package io.tally.connectors.cassandra;

import com.datastax.oss.driver.shaded.guava.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Optional;

/** IP addresses as text. Never asks a name server. */
final class InetText {

  private InetText() {}

  /** The address, if the text is one of IPv4 or IPv6; a zone such as %eth0 would be lost. */
  static Optional<InetAddress> parse(String text) {
    return text.indexOf('%') < 0 && InetAddresses.isInetAddress(text)
        ? Optional.of(InetAddresses.forString(text))
        : Optional.empty();
  }

  /** The one form of each address: for IPv6 that of RFC 5952, such as {@code 2001:db8::1}. */
  static String format(InetAddress address) {
    return InetAddresses.toAddrString(address);
  }
}
