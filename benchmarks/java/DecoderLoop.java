import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.flink.util.Collector;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * Decodes the messages of a file, one a line, over and over in one thread: some seconds unmeasured,
 * then some measured.
 *
 * <p>Arguments: class of the format's factory, row type, time format, file, seconds of each. Prints
 * the rows that were decoded, the thread's CPU nanoseconds for them, and the first row.
 */
public final class DecoderLoop {

  private DecoderLoop() {}

  public static void main(String[] arguments) throws Exception {
    List<byte[]> messages =
        Files.readAllLines(Path.of(arguments[3])).stream()
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();
    DeserializationSchema<RowData> decoder = decoder(arguments[0], arguments[1], arguments[2]);
    Rows rows = new Rows();
    double seconds = Double.parseDouble(arguments[4]);
    decode(decoder, messages, seconds, rows);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    rows.count = 0;
    long before = threads.getCurrentThreadCpuTime();
    long sent = decode(decoder, messages, seconds, rows);
    long spent = threads.getCurrentThreadCpuTime() - before;
    if (rows.count != sent) {
      throw new IllegalStateException("%d rows of %d messages".formatted(rows.count, sent));
    }
    System.out.printf("%d %d %s%n", rows.count, spent, rows.first);
  }

  private static long decode(
      DeserializationSchema<RowData> decoder, List<byte[]> messages, double seconds, Rows rows)
      throws Exception {
    long sent = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      for (byte[] message : messages) {
        decoder.deserialize(message, rows);
      }
      sent += messages.size();
    }
    return sent;
  }

  private static DeserializationSchema<RowData> decoder(String factory, String row, String times)
      throws Exception {
    ClassLoader loader = DecoderLoop.class.getClassLoader();
    var formats =
        (DeserializationFormatFactory)
            Class.forName(factory).getDeclaredConstructor().newInstance();
    var options = Configuration.fromMap(Map.of("timestamp-format.standard", times));
    LogicalType type = LogicalTypeParser.parse(row, loader);
    int[][] all =
        IntStream.range(0, ((RowType) type).getFieldCount())
            .mapToObj(field -> new int[] {field})
            .toArray(int[][]::new);
    @SuppressWarnings("unchecked")
    var format =
        (ProjectableDecodingFormat<DeserializationSchema<RowData>>)
            (Object) formats.createDecodingFormat(null, options);
    DataType physical = TypeConversions.fromLogicalToDataType(type);
    DeserializationSchema<RowData> decoder =
        format.createRuntimeDecoder(new Types(), physical, all);
    decoder.open(new Opening(SimpleUserCodeClassLoader.create(loader)));
    return decoder;
  }

  private static final class Rows implements Collector<RowData> {
    private long count;
    private String first;

    @Override
    public void collect(RowData row) {
      if (first == null) {
        first = row.toString();
      }
      count++;
    }

    @Override
    public void close() {}
  }

  private record Opening(UserCodeClassLoader classes)
      implements DeserializationSchema.InitializationContext {
    @Override
    public MetricGroup getMetricGroup() {
      return new UnregisteredMetricsGroup();
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      return classes;
    }
  }

  private static final class Types implements DynamicTableSource.Context {
    @Override
    public <T> TypeInformation<T> createTypeInformation(DataType type) {
      return createTypeInformation(type.getLogicalType());
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> TypeInformation<T> createTypeInformation(LogicalType type) {
      return (TypeInformation<T>) InternalTypeInfo.of(type);
    }

    @Override
    public DynamicTableSource.DataStructureConverter createDataStructureConverter(DataType type) {
      throw new UnsupportedOperationException("no decoder of JSON asks for one");
    }
  }
}
