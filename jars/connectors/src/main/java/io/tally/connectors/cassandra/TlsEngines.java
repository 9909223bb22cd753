package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ssl.ProgrammaticSslEngineFactory;
import com.datastax.oss.driver.api.core.ssl.SslEngineFactory;
import io.tally.connectors.cassandra.Tls.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Reads key stores for the driver. */
final class TlsEngines {

  private TlsEngines() {}

  /**
   * Makes what the driver encrypts with.
   *
   * @throws CassandraRefusedException if a store cannot be read
   */
  static SslEngineFactory of(Tls tls) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls.key()), trusted(tls.trust()), null);
      return new ProgrammaticSslEngineFactory(context, null, tls.hostnameVerification());
    } catch (GeneralSecurityException e) {
      throw new CassandraRefusedException("cannot set TLS up: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] keys(Store store) throws GeneralSecurityException {
    if (store == null) {
      return null;
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore loaded = load(store);
    try {
      keys.init(loaded, store.secret());
    } catch (UnrecoverableKeyException e) {
      throw refused(store, "holds a key that its password does not open", e);
    }
    return keys.getKeyManagers();
  }

  private static TrustManager[] trusted(Store store) throws GeneralSecurityException {
    if (store == null) {
      return null;
    }
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(load(store));
    return trusted.getTrustManagers();
  }

  private static KeyStore load(Store store) throws GeneralSecurityException {
    try (InputStream file = Files.newInputStream(Path.of(store.path()))) {
      KeyStore loaded = KeyStore.getInstance(store.type());
      loaded.load(file, store.secret());
      return loaded;
    } catch (KeyStoreException e) {
      throw new CassandraRefusedException(
          "option '%s.type': Java knows no key store of type '%s'; use PKCS12 or JKS"
              .formatted(store.option(), store.type()),
          e);
    } catch (NoSuchFileException e) {
      throw refused(store, "does not exist on this machine", e);
    } catch (IOException e) {
      boolean wrongPassword = e.getCause() instanceof UnrecoverableKeyException;
      throw refused(
          store,
          wrongPassword
              ? "does not open with option '%s.password'".formatted(store.option())
              : "cannot be read as %s: %s".formatted(store.type(), e.getMessage()),
          e);
    }
  }

  private static CassandraRefusedException refused(Store store, String what, Exception cause) {
    return new CassandraRefusedException(
        "option '%s.path': %s %s".formatted(store.option(), store.path(), what), cause);
  }
}
