package io.tally.connectors.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamReadConstraints;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamReadFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What a message is to Jackson at its strictest. Where Jackson does not do as RFC 8259 and our
 * rules say, this class makes up for it; these are all the differences:
 *
 * <ul>
 *   <li>it takes several encodings and broken UTF-8: the JDK decodes, and refuses
 *   <li>it takes escapes of lone surrogates, which no UTF-8 can be made of
 *   <li>it takes values other than objects
 *   <li>it throws on exponents of many digits, if it is to work out the number
 * </ul>
 */
final class JacksonOracle {

  private static final ObjectMapper MAPPER = mapper();

  private JacksonOracle() {}

  private static ObjectMapper mapper() {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(JsonOptions.MAX_DEPTH.defaultValue())
            .maxNumberLength(Integer.MAX_VALUE)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(constraints)
            .build();
    return new ObjectMapper(factory).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  }

  /** Whether a message is one object. Its numbers are not worked out. */
  static boolean isObject(byte[] message) {
    try (JsonParser parser = MAPPER.createParser(text(message))) {
      return parser.nextToken() == JsonToken.START_OBJECT
          && isWellFormedToItsEnd(parser)
          && parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isWellFormedToItsEnd(JsonParser parser) throws IOException {
    boolean wellFormed = true;
    while (!parser.getParsingContext().inRoot()) {
      parser.nextToken();
      wellFormed &= StandardCharsets.UTF_8.newEncoder().canEncode(parser.getText());
    }
    return wellFormed;
  }

  /** The object that a message is. */
  static JsonNode object(byte[] message) throws IOException {
    return MAPPER.readTree(text(message));
  }

  private static String text(byte[] message) throws CharacterCodingException {
    // Unlike a String's constructor, the decoder of a charset reports what is malformed.
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
  }
}
