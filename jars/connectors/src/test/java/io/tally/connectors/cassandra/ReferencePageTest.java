package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/cassandra-connector.md to the code. {@code mvn test -Dtest=ReferencePageTest
 * -Dreference-page.write=true} writes the part of it that is made of the options.
 */
class ReferencePageTest {

  private static final Path PAGE = Path.of("..", "..", "docs", "cassandra-connector.md");

  private static final Pattern GENERATED =
      Pattern.compile(
          "(<!-- options: [^>]*-->\n\n)(.*?)(\n<!-- end of options -->)", Pattern.DOTALL);

  private static final Pattern OPTION = Pattern.compile("'((?:sink|ssl|bucket)[a-z.-]*)'");

  @Test
  void thePageHasTheOptionsAsTheyAreDeclared() throws IOException {
    String page = Files.readString(PAGE);
    MatchResult generated = GENERATED.matcher(page).results().findFirst().orElseThrow();
    String options = new ReferencePage().render();
    if (Boolean.getBoolean("reference-page.write")) {
      Files.writeString(
          PAGE, page.substring(0, generated.start(2)) + options + page.substring(generated.end(2)));
    } else {
      assertThat(generated.group(2)).isEqualTo(options);
    }
  }

  @Test
  void thePageNamesOnlyOptionsThatThereAre() throws IOException {
    String options = new ReferencePage().render();
    OPTION
        .matcher(Files.readString(PAGE))
        .results()
        .forEach(named -> assertThat(options).contains("| `" + named.group(1) + "` |"));
  }

  @Test
  void thePageHasEveryMetric() throws IOException {
    String page = Files.readString(PAGE);
    for (String metric :
        new String[] {
          SinkMetrics.COALESCED,
          SinkMetrics.RETRIED,
          SinkMetrics.IN_FLIGHT,
          SinkMetrics.BUFFERED_RECORDS,
          SinkMetrics.BUFFERED_BYTES,
          SinkMetrics.LATENCY
        }) {
      assertThat(page).contains("| `" + metric + "` |");
    }
  }
}
