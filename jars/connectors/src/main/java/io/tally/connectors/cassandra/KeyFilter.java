package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;

/**
 * Columns that a query holds equal to constants. Where they make up the partition key, the scan
 * reads the token of that partition and no other; Flink still filters the rows.
 */
record KeyFilter(List<Equality> equalities) implements Serializable {

  /** Partitioners whose tokens are whole numbers, so that each has one before it. */
  private static final List<String> NUMBERED = List.of("Murmur3Partitioner", "RandomPartitioner");

  static final KeyFilter NONE = new KeyFilter(List.of());

  /** A column and its value, of Java's own type. */
  record Equality(Column column, Serializable value) implements Serializable {}

  /** The equality that a condition is, if it is one between a column and a constant. */
  static Optional<Equality> equality(TargetTable table, ResolvedExpression condition) {
    if (!(condition instanceof CallExpression call)
        || call.getFunctionDefinition() != BuiltInFunctionDefinitions.EQUALS) {
      return Optional.empty();
    }
    List<ResolvedExpression> sides = call.getResolvedChildren();
    return equality(table, sides.get(0), sides.get(1))
        .or(() -> equality(table, sides.get(1), sides.get(0)));
  }

  private static Optional<Equality> equality(
      TargetTable table, ResolvedExpression left, ResolvedExpression right) {
    if (left instanceof FieldReferenceExpression field
        && right instanceof ValueLiteralExpression literal) {
      Column column = table.column(field.getName());
      return value(column, literal).map(value -> new Equality(column, value));
    }
    return Optional.empty();
  }

  private static Optional<Serializable> value(Column column, ValueLiteralExpression literal) {
    return switch (column.type().getTypeRoot()) {
      // A CHAR is compared with the blanks that fill it up, so it finds no partition.
      case VARCHAR -> literal.getValueAs(String.class).map(Serializable.class::cast);
      case TINYINT -> literal.getValueAs(Byte.class).map(Serializable.class::cast);
      case SMALLINT -> literal.getValueAs(Short.class).map(Serializable.class::cast);
      case INTEGER -> literal.getValueAs(Integer.class).map(Serializable.class::cast);
      case BIGINT -> literal.getValueAs(Long.class).map(Serializable.class::cast);
      case TIMESTAMP_WITHOUT_TIME_ZONE ->
          literal.getValueAs(LocalDateTime.class).map(Serializable.class::cast);
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          literal.getValueAs(Instant.class).map(Serializable.class::cast);
      default -> Optional.empty();
    };
  }

  /** The one split that holds what is asked for; empty if the whole ring must be read. */
  Optional<TokenSplit> split(TargetTable table, TableMetadata found, TokenMap ring) {
    List<ByteBuffer> key = new ArrayList<>();
    for (ColumnMetadata column : found.getPartitionKey()) {
      bytes(table, column).ifPresent(key::add);
    }
    boolean whole = key.size() == found.getPartitionKey().size();
    if (!whole || NUMBERED.stream().noneMatch(ring.getPartitionerName()::endsWith)) {
      return Optional.empty();
    }
    String token = ring.format(ring.newToken(key.toArray(ByteBuffer[]::new)));
    String before = new BigInteger(token).subtract(BigInteger.ONE).toString();
    return Optional.of(TokenSplit.of(before, token));
  }

  private Optional<ByteBuffer> bytes(TargetTable table, ColumnMetadata column) {
    CqlIdentifier name = column.getName();
    Optional<TimeBucket> bucket =
        table.timeBucket().filter(b -> b.column().equals(name.asInternal()));
    String source = bucket.map(b -> b.source().name()).orElse(name.asInternal());
    return find(source)
        .map(
            equality -> {
              KeyEncoder encoder =
                  bucket
                      .map(b -> KeyEncoder.of(b, 0))
                      .orElseGet(
                          () -> KeyEncoder.of(equality.column().type(), column.getType(), 0));
              return encoder.encode(GenericRowData.of(internal(equality.value())));
            });
  }

  private Optional<Equality> find(String column) {
    Stream<Equality> all = equalities.stream();
    return all.filter(equality -> equality.column().name().equals(column)).findFirst();
  }

  private static Object internal(Serializable value) {
    if (value instanceof String text) {
      return StringData.fromString(text);
    }
    if (value instanceof LocalDateTime time) {
      return TimestampData.fromLocalDateTime(time);
    }
    return value instanceof Instant time ? TimestampData.fromInstant(time) : value;
  }
}
