package io.tally.connectors.cassandra;

import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;

/** Runs SQL, each query as a job in a mini-cluster of its own. */
final class SqlJobs {

  final StreamExecutionEnvironment environment;
  final StreamTableEnvironment tables;

  SqlJobs(String... settings) {
    Configuration configuration = new Configuration();
    configuration.setString("parallelism.default", "2");
    configuration.setString("table.local-time-zone", "UTC");
    configuration.setString("restart-strategy.type", "none");
    for (int i = 0; i < settings.length; i += 2) {
      configuration.setString(settings[i], settings[i + 1]);
    }
    environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    tables = StreamTableEnvironment.create(environment);
  }

  SqlJobs run(String statement) {
    tables.executeSql(statement);
    return this;
  }

  List<Row> rows(String query) {
    return CollectionUtil.iteratorToList(tables.executeSql(query).collect());
  }
}
