package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.Tls.Store;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/** Reads the {@code ssl.*} options. */
final class TlsReader {

  private static final List<ConfigOption<?>> DETAILS =
      List.of(
          CassandraOptions.SSL_TRUSTSTORE_PATH,
          CassandraOptions.SSL_TRUSTSTORE_PASSWORD,
          CassandraOptions.SSL_TRUSTSTORE_TYPE,
          CassandraOptions.SSL_KEYSTORE_PATH,
          CassandraOptions.SSL_KEYSTORE_PASSWORD,
          CassandraOptions.SSL_KEYSTORE_TYPE,
          CassandraOptions.SSL_HOSTNAME_VERIFICATION);

  private final ReadableConfig options;
  private final OptionErrors errors;

  TlsReader(ReadableConfig options, OptionErrors errors) {
    this.options = options;
    this.errors = errors;
  }

  /** The options of encrypted connections, or null for plain ones. */
  Tls read() {
    if (!options.get(CassandraOptions.SSL_ENABLED)) {
      set(DETAILS).forEach(key -> errors.add("option '%s' needs 'ssl.enabled' = 'true'", key));
      return null;
    }
    return new Tls(
        store(
            "ssl.truststore",
            CassandraOptions.SSL_TRUSTSTORE_PATH,
            CassandraOptions.SSL_TRUSTSTORE_TYPE,
            CassandraOptions.SSL_TRUSTSTORE_PASSWORD),
        store(
            "ssl.keystore",
            CassandraOptions.SSL_KEYSTORE_PATH,
            CassandraOptions.SSL_KEYSTORE_TYPE,
            CassandraOptions.SSL_KEYSTORE_PASSWORD),
        options.get(CassandraOptions.SSL_HOSTNAME_VERIFICATION));
  }

  private Store store(
      String name,
      ConfigOption<String> path,
      ConfigOption<String> type,
      ConfigOption<String> password) {
    if (options.getOptional(path).isEmpty()) {
      set(List.of(type, password))
          .forEach(key -> errors.add("option '%s' needs '%s'", key, path.key()));
      return null;
    }
    return new Store(
        name, options.get(path), options.get(type), options.getOptional(password).orElse(null));
  }

  private Stream<String> set(List<ConfigOption<?>> some) {
    return some.stream().filter(o -> options.getOptional(o).isPresent()).map(ConfigOption::key);
  }
}
