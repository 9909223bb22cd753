package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.cassandra.Tls.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsEnginesTest {

  @TempDir private static Path folder;

  @BeforeAll
  static void makeStores() throws Exception {
    KeyStores.pair(folder, "key", "trust");
  }

  private static Store trust(String file, String type, String password) {
    return new Store("ssl.truststore", folder.resolve(file).toString(), type, password);
  }

  private static void refuses(Store trust, Store key, String message) {
    assertThatThrownBy(() -> TlsEngines.of(new Tls(trust, key, true)))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(message.replace("FOLDER", folder.toString()))
        .hasMessageNotContaining(KeyStores.PASSWORD);
  }

  @Test
  void readsTheStores() {
    Store key =
        new Store(
            "ssl.keystore", folder.resolve("key.p12").toString(), "PKCS12", KeyStores.PASSWORD);
    assertThat(TlsEngines.of(new Tls(trust("trust.p12", "PKCS12", KeyStores.PASSWORD), key, true)))
        .isNotNull();
    assertThat(TlsEngines.of(new Tls(null, null, false))).isNotNull();
  }

  @Test
  void refusesAStoreThatCannotBeRead() throws Exception {
    Files.writeString(folder.resolve("text"), "no store");
    refuses(
        trust("absent.p12", "PKCS12", null),
        null,
        "option 'ssl.truststore.path': FOLDER/absent.p12 does not exist on this machine");
    refuses(
        trust("trust.p12", "PKCS12", "wrong"),
        null,
        "option 'ssl.truststore.path': FOLDER/trust.p12 does not open with option 'ssl.truststore.password'");
    refuses(
        trust("trust.p12", "PKCS13", KeyStores.PASSWORD),
        null,
        "option 'ssl.truststore.type': Java knows no key store of type 'PKCS13'; use PKCS12 or JKS");
    assertThatThrownBy(() -> TlsEngines.of(new Tls(trust("text", "PKCS12", "x"), null, true)))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessageStartingWith("option 'ssl.truststore.path': " + folder.resolve("text"))
        .hasMessageContaining("cannot be read as PKCS12: ");
  }

  @Test
  void hidesPasswords() {
    Tables table =
        new Tables()
            .option("ssl.enabled", "true")
            .option("ssl.truststore.path", "/trust.p12")
            .option("ssl.truststore.password", "s3cret")
            .option("ssl.keystore.path", "/key.p12")
            .option("ssl.keystore.password", "s3cret");
    Tls tls = table.settings().connection().tls();
    assertThat(tls.trust().secret()).containsExactly("s3cret".toCharArray());
    assertThat(tls.toString() + table.settings()).doesNotContain("s3cret");
  }
}
