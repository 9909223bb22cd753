package io.tally.connectors.cassandra;

import static org.apache.flink.table.api.DataTypes.ARRAY;
import static org.apache.flink.table.api.DataTypes.BIGINT;
import static org.apache.flink.table.api.DataTypes.BOOLEAN;
import static org.apache.flink.table.api.DataTypes.BYTES;
import static org.apache.flink.table.api.DataTypes.CHAR;
import static org.apache.flink.table.api.DataTypes.DATE;
import static org.apache.flink.table.api.DataTypes.DECIMAL;
import static org.apache.flink.table.api.DataTypes.DOUBLE;
import static org.apache.flink.table.api.DataTypes.FIELD;
import static org.apache.flink.table.api.DataTypes.FLOAT;
import static org.apache.flink.table.api.DataTypes.INT;
import static org.apache.flink.table.api.DataTypes.MAP;
import static org.apache.flink.table.api.DataTypes.ROW;
import static org.apache.flink.table.api.DataTypes.SMALLINT;
import static org.apache.flink.table.api.DataTypes.STRING;
import static org.apache.flink.table.api.DataTypes.TIME;
import static org.apache.flink.table.api.DataTypes.TIMESTAMP;
import static org.apache.flink.table.api.DataTypes.TIMESTAMP_LTZ;
import static org.apache.flink.table.api.DataTypes.TINYINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.data.CqlVector;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.data.UdtValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each pair of types through a real server: what the sink writes, the driver's codecs read. */
class TypesServerTest {

  /** As many as a pair has values at most, and one of nulls. */
  private static final int ROWS = 6;

  /**
   * From this key on rows are as between Flink's operators: bytes, in memory that is used again.
   */
  private static final int BINARY = 100;

  private static final List<Pair> PAIRS =
      Stream.of(numbers(), texts(), times(), collections(), rows())
          .flatMap(pairs -> pairs)
          .toList();

  private static TestKeyspace keyspace;

  @BeforeAll
  static void connect() throws Exception {
    keyspace = TestKeyspace.create("Types_");
    keyspace.execute("CREATE TYPE KS.place (street text, zip int)");
    keyspace.execute(
        "CREATE TYPE KS.\"Order\" (\"Id\" uuid, \"select\" frozen<list<int>>,"
            + " place frozen<place>, unused text)");
    writeAll(PAIRS);
  }

  @AfterAll
  static void drop() {
    if (keyspace != null) {
      keyspace.close();
    }
  }

  private record Pair(DataType flink, String cql, List<Value> values) {
    @Override
    public String toString() {
      return flink + " and " + cql;
    }
  }

  /** A value as Flink holds it, and as the driver reads it. */
  private record Value(Object written, Object read) {}

  private static Value same(Object value) {
    return new Value(value, value);
  }

  private static Value text(String text, Object read) {
    return new Value(StringData.fromString(text), read);
  }

  private static Value text(String text) {
    return text(text, text);
  }

  private static Value decimal(String number, int precision, int scale) {
    BigDecimal decimal = new BigDecimal(number);
    return new Value(DecimalData.fromBigDecimal(decimal, precision, scale), decimal);
  }

  private static Value varint(String number) {
    BigDecimal decimal = new BigDecimal(number);
    return new Value(DecimalData.fromBigDecimal(decimal, 38, 0), new BigInteger(number));
  }

  private static Value day(String date) {
    LocalDate day = LocalDate.parse(date);
    return new Value((int) day.toEpochDay(), day);
  }

  private static Value time(String time) {
    LocalTime local = LocalTime.parse(time);
    return new Value((int) (local.toNanoOfDay() / 1_000_000), local);
  }

  private static Value instant(long millis) {
    return new Value(TimestampData.fromEpochMillis(millis), Instant.ofEpochMilli(millis));
  }

  private static StringData[] strings(String... texts) {
    return Stream.of(texts).map(StringData::fromString).toArray(StringData[]::new);
  }

  private static Value array(Object elements, Object read) {
    if (elements instanceof int[] ints) {
      return new Value(new GenericArrayData(ints), read);
    }
    return elements instanceof float[] floats
        ? new Value(new GenericArrayData(floats), read)
        : new Value(new GenericArrayData((Object[]) elements), read);
  }

  private static Pair pair(DataType flink, String cql, Value... values) {
    return new Pair(flink, cql, List.of(values));
  }

  private static Stream<Pair> numbers() {
    long min = Long.MIN_VALUE;
    return Stream.of(
        pair(BOOLEAN(), "boolean", same(true), same(false)),
        pair(TINYINT(), "tinyint", same(Byte.MIN_VALUE), same((byte) 0), same(Byte.MAX_VALUE)),
        pair(SMALLINT(), "smallint", same(Short.MIN_VALUE), same(Short.MAX_VALUE)),
        pair(INT(), "int", same(Integer.MIN_VALUE), same(-1), same(Integer.MAX_VALUE)),
        pair(BIGINT(), "bigint", same(min), same(-1L), same(Long.MAX_VALUE)),
        pair(TINYINT(), "smallint", new Value((byte) -128, (short) -128)),
        pair(TINYINT(), "int", new Value((byte) -128, -128)),
        pair(SMALLINT(), "bigint", new Value(Short.MIN_VALUE, (long) Short.MIN_VALUE)),
        pair(
            INT(),
            "bigint",
            new Value(Integer.MIN_VALUE, (long) Integer.MIN_VALUE),
            new Value(Integer.MAX_VALUE, (long) Integer.MAX_VALUE)),
        pair(
            FLOAT(),
            "float",
            same(Float.NaN),
            same(Float.NEGATIVE_INFINITY),
            same(-0f),
            same(Float.MIN_VALUE),
            same(Float.MAX_VALUE)),
        pair(
            DOUBLE(),
            "double",
            same(Double.NaN),
            same(Double.POSITIVE_INFINITY),
            same(-0d),
            same(Double.MIN_VALUE),
            same(Double.MAX_VALUE)),
        pair(FLOAT(), "double", new Value(0.1f, (double) 0.1f), new Value(-0f, -0d)),
        pair(
            DECIMAL(10, 2),
            "decimal",
            decimal("7.10", 10, 2),
            decimal("0.00", 10, 2),
            decimal("-99999999.99", 10, 2)),
        pair(
            DECIMAL(38, 38),
            "decimal",
            decimal("-0.00000000000000000000000000000000000001", 38, 38)),
        pair(
            DECIMAL(38, 0),
            "varint",
            varint("0"),
            varint("-1"),
            varint("128"),
            varint("-99999999999999999999999999999999999999")));
  }

  private static Stream<Pair> texts() {
    UUID random = UUID.fromString("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
    UUID timeBased = UUID.fromString("b54adc00-67f9-11d9-9669-0800200c9a66");
    InetAddress v4 = InetText.parse("192.0.2.1").orElseThrow();
    InetAddress v6 = InetText.parse("2001:db8::1").orElseThrow();
    return Stream.of(
        pair(STRING(), "text", text(""), text("\ud83d\ude00 \u00e9\u20ac"), text("a\u0000b")),
        pair(CHAR(3), "varchar", text("ab ")),
        pair(STRING(), "ascii", text(""), text("\u0000~\u007f")),
        pair(
            STRING(),
            "uuid",
            text(random.toString(), random),
            text(random.toString().toUpperCase(Locale.ROOT), random),
            text("00000000-0000-0000-0000-000000000000", new UUID(0, 0))),
        pair(STRING(), "timeuuid", text(timeBased.toString(), timeBased)),
        pair(
            STRING(),
            "inet",
            text("192.0.2.1", v4),
            text("::ffff:192.0.2.1", v4),
            text("2001:DB8:0:0::1", v6)),
        pair(
            BYTES(),
            "blob",
            new Value(new byte[0], ByteBuffer.allocate(0)),
            new Value(new byte[] {0, -1}, ByteBuffer.wrap(new byte[] {0, -1}))));
  }

  private static Stream<Pair> times() {
    Value first = new Value(Integer.MIN_VALUE, LocalDate.ofEpochDay(Integer.MIN_VALUE));
    return Stream.of(
        pair(DATE(), "date", day("1969-12-31"), day("0001-01-01"), day("9999-12-31"), first),
        pair(TIME(0), "time", time("00:00"), time("23:59:59")),
        pair(TIME(3), "time", time("23:59:59.999")),
        pair(TIMESTAMP(0), "timestamp", instant(-1_000)),
        pair(
            TIMESTAMP(3),
            "timestamp",
            instant(0),
            instant(-1),
            instant(Instant.parse("0001-01-01T00:00:00Z").toEpochMilli()),
            instant(Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli())),
        pair(TIMESTAMP_LTZ(3), "timestamp", instant(Long.MIN_VALUE), instant(Long.MAX_VALUE)));
  }

  private static Stream<Pair> collections() {
    Value unsorted = array(new int[] {3, 1, 3, 2}, Set.of(1, 2, 3));
    GenericMapData map =
        new GenericMapData(
            Map.of(StringData.fromString(""), new GenericArrayData(new int[] {2, 1})));
    return Stream.of(
        pair(
            ARRAY(INT()),
            "frozen<list<int>>",
            array(new int[] {3, 1, 3}, List.of(3, 1, 3)),
            array(new int[0], List.of())),
        pair(ARRAY(INT()), "frozen<list<bigint>>", array(new int[] {-1}, List.of(-1L))),
        pair(ARRAY(INT()), "set<int>", unsorted, new Value(new GenericArrayData(new int[0]), null)),
        pair(ARRAY(INT()), "frozen<set<int>>", unsorted, array(new int[0], Set.of())),
        pair(
            ARRAY(STRING()),
            "set<uuid>",
            array(
                strings("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"),
                Set.of(UUID.fromString("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")))),
        pair(
            ARRAY(ARRAY(STRING())),
            "frozen<list<frozen<set<text>>>>",
            array(
                new Object[] {
                  new GenericArrayData(strings("b", "a", "b")), new GenericArrayData(new Object[0])
                },
                List.of(Set.of("a", "b"), Set.of()))),
        pair(
            ARRAY(FLOAT()),
            "vector<float, 3>",
            array(new float[] {1.5f, -0f, 3f}, CqlVector.newInstance(1.5f, -0f, 3f))),
        pair(
            MAP(STRING(), ARRAY(INT())),
            "map<text, frozen<list<int>>>",
            new Value(map, Map.of("", List.of(2, 1)))),
        pair(
            MAP(STRING(), ARRAY(INT())),
            "frozen<map<ascii, frozen<set<int>>>>",
            new Value(map, Map.of("", Set.of(2, 1))),
            new Value(new GenericMapData(Map.of()), Map.of())));
  }

  private static Stream<Pair> rows() {
    DataType place = ROW(FIELD("zip", INT()), FIELD("street", STRING()));
    GenericRowData home = GenericRowData.of(1010, StringData.fromString("Graben"));
    GenericRowData nowhere = new GenericRowData(2);
    DataType order =
        ROW(FIELD("place", place), FIELD("select", ARRAY(INT())), FIELD("Id", STRING()));
    StringData id = StringData.fromString("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
    return Stream.of(
        pair(
            place,
            "place",
            new Value(home, "{street:'Graben',zip:1010}"),
            new Value(GenericRowData.of(1010, null), "{street:NULL,zip:1010}")),
        pair(place, "frozen<place>", new Value(nowhere, "{street:NULL,zip:NULL}")),
        pair(
            ROW(FIELD("zip", INT())),
            "place",
            new Value(GenericRowData.of(7), "{street:NULL,zip:7}")),
        pair(
            order,
            "frozen<\"Order\">",
            new Value(
                GenericRowData.of(home, new GenericArrayData(new int[] {2, 1}), id),
                "{\"Id\":9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d,\"select\":[2,1],"
                    + "place:{street:'Graben',zip:1010},unused:NULL}")),
        pair(
            ARRAY(place),
            "frozen<list<frozen<place>>>",
            array(
                new Object[] {home, nowhere},
                List.of("{street:'Graben',zip:1010}", "{street:NULL,zip:NULL}"))),
        pair(
            ROW(FIELD("a", INT()), FIELD("b", place), FIELD("c", STRING())),
            "tuple<bigint, frozen<place>, inet>",
            new Value(GenericRowData.of(-1, home, null), "(-1,{street:'Graben',zip:1010},NULL)")));
  }

  /** All pairs are columns of one table, since creating a table takes a second. */
  private static void writeAll(List<Pair> pairs) throws Exception {
    Tables table = keyspace.table("pairs").column("k", INT().notNull()).key("k");
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < pairs.size(); i++) {
      table.column("v" + i, pairs.get(i).flink());
      columns.append("v%d %s, ".formatted(i, pairs.get(i).cql()));
    }
    keyspace.execute("CREATE TABLE KS.pairs (k int, %s PRIMARY KEY (k))".formatted(columns));
    keyspace.write(table, IntStream.range(0, ROWS).mapToObj(k -> row(k, pairs, k)));
    RowType type = (RowType) table.schema().toPhysicalRowDataType().getLogicalType();
    RowDataSerializer binary = new RowDataSerializer(type);
    keyspace.write(
        table,
        IntStream.range(0, ROWS).mapToObj(k -> binary.toBinaryRow(row(BINARY + k, pairs, k))));
  }

  private static GenericRowData row(int key, List<Pair> pairs, int value) {
    GenericRowData row = new GenericRowData(1 + pairs.size());
    row.setField(0, key);
    for (int i = 0; i < pairs.size(); i++) {
      List<Value> values = pairs.get(i).values();
      row.setField(1 + i, value < values.size() ? values.get(value).written() : null);
    }
    return row;
  }

  @ParameterizedTest
  @FieldSource("PAIRS")
  void isReadBackByTheDriver(Pair pair) {
    Map<Integer, Object> expected = new HashMap<>();
    for (int k = 0; k < ROWS; k++) {
      Object value = k < pair.values().size() ? pair.values().get(k).read() : null;
      expected.put(k, value);
      expected.put(BINARY + k, value);
    }
    Map<Integer, Object> found = new HashMap<>();
    for (Row row : keyspace.rows("SELECT k, v%d FROM KS.pairs".formatted(PAIRS.indexOf(pair)))) {
      found.put(row.getInt(0), readable(row.isNull(1) ? null : row.getObject(1)));
    }
    assertThat(found).isEqualTo(expected);
  }

  /** Values of user-defined types and tuples in CQL, for a look at their parts. */
  private static Object readable(Object value) {
    if (value instanceof UdtValue udt) {
      return udt.getFormattedContents();
    }
    if (value instanceof TupleValue tuple) {
      return tuple.getFormattedContents();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(TypesServerTest::readable).toList();
    }
    return value;
  }
}
