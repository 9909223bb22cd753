package io.tally.connectors.cassandra;

import java.io.Serializable;

/**
 * How connections are encrypted.
 *
 * @param trust whose certificates are trusted, or null for those that Java trusts
 * @param key the certificate to show to the server, or null for none
 * @param hostnameVerification whether a server's certificate must be of the name it is reached by
 */
record Tls(Store trust, Store key, boolean hostnameVerification) implements Serializable {

  /**
   * A key store in a file of the machine that connects.
   *
   * @param option start of the options that describe it, such as {@code ssl.truststore}
   * @param type such as {@code PKCS12} or {@code JKS}
   * @param password null for a store without
   */
  record Store(String option, String path, String type, String password) implements Serializable {

    char[] secret() {
      return password == null ? null : password.toCharArray();
    }

    /** Leaves the password out, so that no log shows it. */
    @Override
    public String toString() {
      return "Store[" + type + " " + path + "]";
    }
  }
}
