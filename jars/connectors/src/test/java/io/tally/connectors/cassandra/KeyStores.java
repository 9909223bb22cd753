package io.tally.connectors.cassandra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Key stores with a certificate signed by itself, made by the JDK's keytool. */
final class KeyStores {

  static final String PASSWORD = "not-so-secret";

  private KeyStores() {}

  /** Makes {@code name.p12} with a key, and {@code trust.p12} that trusts its certificate. */
  static void pair(Path folder, String name, String trust) throws Exception {
    String store = folder.resolve(name + ".p12").toString();
    String certificate = folder.resolve(name + ".crt").toString();
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-keystore",
        store,
        "-storetype",
        "PKCS12");
    keytool("-exportcert", "-alias", name, "-keystore", store, "-file", certificate);
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        name,
        "-file",
        certificate,
        "-keystore",
        folder.resolve(trust + ".p12").toString(),
        "-storetype",
        "PKCS12");
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
  }
}
