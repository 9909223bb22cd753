package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.tally.connectors.cassandra.TypeFit.Use;
import java.util.List;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/** Types as people write them, and lists of those that {@link TypeFit} accepts. */
final class TypeNames {

  private static final String DECIMAL = "DECIMAL(p, s)";
  private static final String WHOLE_DECIMAL = "DECIMAL(p, 0)";

  private static final List<Named> FLINK =
      List.of(
          new Named("STRING", VarCharType.STRING_TYPE),
          new Named("BOOLEAN", new BooleanType()),
          new Named("BYTES", new VarBinaryType(VarBinaryType.MAX_LENGTH)),
          new Named("TINYINT", new TinyIntType()),
          new Named("SMALLINT", new SmallIntType()),
          new Named("INT", new IntType()),
          new Named("BIGINT", new BigIntType()),
          new Named("FLOAT", new FloatType()),
          new Named("DOUBLE", new DoubleType()),
          new Named(DECIMAL, new DecimalType(38, 18)),
          new Named(WHOLE_DECIMAL, new DecimalType(38, 0)),
          new Named("DATE", new DateType()),
          new Named("TIME", new TimeType()),
          new Named("TIMESTAMP(3)", new TimestampType(3)),
          new Named("TIMESTAMP_LTZ(3)", new LocalZonedTimestampType(3)));

  private static final List<DataType> CQL =
      List.of(
          DataTypes.TEXT,
          DataTypes.ASCII,
          DataTypes.UUID,
          DataTypes.TIMEUUID,
          DataTypes.INET,
          DataTypes.BOOLEAN,
          DataTypes.BLOB,
          DataTypes.TINYINT,
          DataTypes.SMALLINT,
          DataTypes.INT,
          DataTypes.BIGINT,
          DataTypes.COUNTER,
          DataTypes.FLOAT,
          DataTypes.DOUBLE,
          DataTypes.DECIMAL,
          DataTypes.VARINT,
          DataTypes.DATE,
          DataTypes.TIME,
          DataTypes.TIMESTAMP);

  private record Named(String name, LogicalType type) {}

  private TypeNames() {}

  static String of(LogicalType type) {
    return type.copy(true).asSummaryString();
  }

  static String of(DataType type) {
    return type instanceof VectorType vector
        ? "vector<%s, %d>".formatted(of(vector.getElementType()), vector.getDimensions())
        : type.asCql(true, true);
  }

  /** The CQL types that a Flink type fits, such as {@code int or bigint}. */
  static String cqlFitting(LogicalType flink, Use use) {
    return switch (flink.getTypeRoot()) {
      case ARRAY -> use == Use.WRITE ? "a frozen list or a set" : "a list or a set";
      case MAP -> "a map";
      case ROW, STRUCTURED_TYPE -> "a user-defined type or a tuple";
      default ->
          either(
              CQL.stream().filter(c -> TypeFit.fits(flink, c, use)).map(TypeNames::of).toList(),
              "no CQL type");
    };
  }

  /** The Flink types that fit a CQL type, such as {@code TIMESTAMP(3) or TIMESTAMP_LTZ(3)}. */
  static String flinkFitting(DataType cql, Use use) {
    if (cql instanceof ListType || cql instanceof SetType) {
      return "ARRAY";
    }
    if (cql instanceof MapType) {
      return "MAP";
    }
    if (cql instanceof TupleType || cql instanceof UserDefinedType) {
      return "ROW";
    }
    if (cql instanceof VectorType vector && vector.getElementType().equals(DataTypes.FLOAT)) {
      return "ARRAY<FLOAT>";
    }
    List<String> names =
        FLINK.stream().filter(f -> TypeFit.fits(f.type(), cql, use)).map(Named::name).toList();
    boolean anyScale = names.contains(DECIMAL);
    return either(
        names.stream().filter(name -> !(anyScale && name.equals(WHOLE_DECIMAL))).toList(),
        "no Flink type");
  }

  private static String either(List<String> names, String none) {
    if (names.isEmpty()) {
      return none;
    }
    int last = names.size() - 1;
    String head = String.join(", ", names.subList(0, last));
    return head.isEmpty() ? names.get(last) : head + " or " + names.get(last);
  }
}
