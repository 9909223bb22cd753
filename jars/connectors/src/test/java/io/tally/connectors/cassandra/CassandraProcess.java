package io.tally.connectors.cassandra;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A Cassandra server of one node as a child process, for as long as a test class runs.
 *
 * <p>Its jars come from the folder that the property {@code cassandra.jars} names.
 */
final class CassandraProcess {

  private static final long START_SECONDS = 180;

  /** What Cassandra's own start script opens to it on Java 17. */
  private static final List<String> EXPORTS =
      List.of(
          "java.base/jdk.internal.misc",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.base/java.lang.ref",
          "java.management.rmi/com.sun.jmx.remote.internal.rmi",
          "java.rmi/sun.rmi.registry",
          "java.rmi/sun.rmi.server",
          "java.sql/java.sql",
          "jdk.unsupported/sun.misc");

  private static final List<String> OPENS =
      List.of(
          "java.base/java.lang.module",
          "java.base/jdk.internal.loader",
          "java.base/jdk.internal.ref",
          "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.math",
          "java.base/jdk.internal.module",
          "java.base/jdk.internal.util.jar",
          "java.base/sun.nio.ch",
          "java.base/java.io",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/java.lang",
          "java.base/java.lang.reflect",
          "jdk.management/com.sun.management.internal");

  private final Path home;
  private final int port;
  private Process process;

  private CassandraProcess(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  static String jarsProperty() {
    return System.getProperty("cassandra.jars", "");
  }

  /**
   * Starts a server and waits until it listens; without its jars the test is skipped.
   *
   * @param settings further lines of cassandra.yaml
   */
  static CassandraProcess start(String... settings) throws Exception {
    Assumptions.assumeFalse(
        jarsProperty().isEmpty(), "no server: the property cassandra.jars is not set");
    Path home = Files.createTempDirectory("cassandra");
    int port = freePort();
    Files.writeString(home.resolve("cassandra.yaml"), yaml(home, port, settings));
    CassandraProcess server = new CassandraProcess(home, port);
    server.startAgain();
    return server;
  }

  /** Starts it with what it has stored, and waits until it listens. */
  void startAgain() throws Exception {
    process =
        new ProcessBuilder(command(home))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    awaitListening();
  }

  /** Ends it at once, as a power cut would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Below those given to clients: one could take it before the server does, or in a restart. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_768);
      try (ServerSocket free = new ServerSocket(port)) {
        return free.getLocalPort();
      } catch (BindException e) {
        // Something listens there.
      }
    }
  }

  private static String yaml(Path home, int port, String... settings) throws IOException {
    int storagePort = freePort();
    return """
    cluster_name: test
    partitioner: org.apache.cassandra.dht.Murmur3Partitioner
    endpoint_snitch: SimpleSnitch
    seed_provider:
      - class_name: org.apache.cassandra.locator.SimpleSeedProvider
        parameters: [{seeds: "127.0.0.1:%1$d"}]
    num_tokens: 4
    auto_bootstrap: false
    listen_address: 127.0.0.1
    rpc_address: 0.0.0.0
    broadcast_rpc_address: 127.0.0.1
    storage_port: %1$d
    native_transport_port: %2$d
    data_file_directories: ["%3$s/data"]
    commitlog_directory: "%3$s/commitlog"
    hints_directory: "%3$s/hints"
    saved_caches_directory: "%3$s/saved_caches"
    cdc_raw_directory: "%3$s/cdc_raw"
    commitlog_sync: periodic
    commitlog_sync_period: 10000ms
    auto_snapshot: false
    %4$s
    """
        .formatted(storagePort, port, home, String.join("\n", settings));
  }

  private static List<String> command(Path home) throws IOException {
    Path jars = Path.of(jarsProperty());
    Path agent;
    try (Stream<Path> files = Files.list(jars)) {
      agent =
          files
              .filter(f -> f.getFileName().toString().startsWith("jamm-"))
              .findFirst()
              .orElseThrow();
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-Djdk.attach.allowAttachSelf=true"));
    command.add("-javaagent:" + agent);
    command.add("-Dcassandra.config=" + home.resolve("cassandra.yaml").toUri());
    command.add("-Dcassandra.storagedir=" + home);
    command.add("-Dcassandra-foreground=yes");
    command.add("-Dcassandra.ring_delay_ms=100");
    command.add("-Dcassandra.skip_wait_for_gossip_to_settle=0");
    EXPORTS.forEach(name -> command.add("--add-exports=" + name + "=ALL-UNNAMED"));
    OPENS.forEach(name -> command.add("--add-opens=" + name + "=ALL-UNNAMED"));
    command.addAll(List.of("-cp", jars + File.separator + "*"));
    command.add("org.apache.cassandra.service.CassandraDaemon");
    return command;
  }

  private void awaitListening() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!listens()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        String log = Files.readString(home.resolve("log"));
        stop();
        throw new IllegalStateException("Cassandra did not start:\n" + log);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  void stop() throws Exception {
    kill();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
