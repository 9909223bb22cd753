package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverExecutionException;
import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.connection.ClosedConnectionException;
import com.datastax.oss.driver.api.core.connection.ConnectionInitException;
import com.datastax.oss.driver.api.core.servererrors.DefaultWriteType;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DriverErrorsTest {

  private static final DefaultConsistencyLevel QUORUM = DefaultConsistencyLevel.QUORUM;

  static Stream<Throwable> passing() {
    return Stream.of(
        Errors.timeout(),
        new WriteTimeoutException(null, QUORUM, 1, 2, DefaultWriteType.SIMPLE),
        new UnavailableException(null, QUORUM, 2, 1),
        new OverloadedException(null),
        new ServerError(null, "java.lang.OutOfMemoryError"),
        new ClosedConnectionException("Lost connection to remote peer"),
        new NoNodeAvailableException(),
        Errors.allNodesFailed(new IllegalStateException("Channel is closing")),
        Errors.allNodesFailed(new OverloadedException(null)),
        new CompletionException(new DriverExecutionException(Errors.timeout())));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void isWorthAnotherTry(Throwable error) {
    assertThat(DriverErrors.isTransient(error)).isTrue();
  }

  static Stream<Throwable> staying() {
    return Stream.of(
        new InvalidQueryException(null, "Undefined column name v"),
        new UnauthorizedException(null, "User tally has no MODIFY permission"),
        new AuthenticationException(null, "Provided username tally is incorrect"),
        Errors.allNodesFailed(
            new AuthenticationException(null, "Provided username tally is incorrect")),
        new CompletionException(new InvalidQueryException(null, "Undefined column name v")),
        new IllegalStateException("a bug"));
  }

  @ParameterizedTest
  @MethodSource("staying")
  void isNotWorthAnotherTry(Throwable error) {
    assertThat(DriverErrors.isTransient(error)).isFalse();
  }

  @Test
  void saysTheErrorOfANodeInOneLine() {
    ConnectionInitException init =
        new ConnectionInitException("init failed", new ConnectException("Connection refused"));
    assertThat(DriverErrors.oneLine(Errors.allNodesFailed(init))).isEqualTo("Connection refused");
    assertThat(DriverErrors.oneLine(new NoNodeAvailableException()))
        .isEqualTo("no node of the local data centre is up");
    assertThat(DriverErrors.oneLine(new InvalidQueryException(null, "one\ntwo"))).isEqualTo("one");
    assertThat(DriverErrors.oneLine(new IllegalStateException()))
        .isEqualTo("IllegalStateException");
  }

  @Test
  void knowsEncryptionThatFails() {
    ConnectionInitException init =
        new ConnectionInitException("init failed", new SSLHandshakeException("no"));
    assertThat(DriverErrors.isTls(Errors.allNodesFailed(init))).isTrue();
    assertThat(DriverErrors.isTls(Errors.allNodesFailed(Errors.timeout()))).isFalse();
  }
}
