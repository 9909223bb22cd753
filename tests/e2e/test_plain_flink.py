"""A Flink that has no tally: our connector jar the one addition, or not even that, and `tally submit` ships it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tally.errors import TallyError
from tally.running.rest import Rest, wait_for
from tally.serving.cassandra import connect
from tally.settings import CassandraSettings
from tally.stack import Stack
from tally.stack.bundled import bundle
from tally.stack.flink import flink_distribution
from tally.stack.processes import free_ports
from tests.e2e.outages import PATIENCE
from tests.e2e.test_codecs import CODECS, COPY, COUNTS, INSERTS, NOTES, codecs, produce
from tests.e2e.workbench import Workbench

HOST = "127.0.0.1"
SCRIPT = """\
import sys
from pathlib import Path
from pyflink.table import EnvironmentSettings, TableEnvironment

sql = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
*definitions, inserts = Path(sys.argv[1]).read_text().split(";\\n\\n")
for definition in definitions:
    sql.execute_sql(definition)
sql.execute_sql(inserts).wait()
"""
SQL = """\
CREATE TABLE numbers (n BIGINT NOT NULL) WITH ('connector' = 'datagen',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '5000');

CREATE TABLE counted (
  remainder BIGINT NOT NULL, numbers BIGINT NOT NULL, total DECIMAL(20, 2), largest STRING,
  PRIMARY KEY (remainder) NOT ENFORCED
) WITH ('connector' = 'cassandra', 'contact-points' = '{address}', 'keyspace' = '{keyspace}', 'table' = 'counted');

CREATE TABLE listed (
  hundred BIGINT NOT NULL, n BIGINT NOT NULL, is_even BOOLEAN, half DOUBLE, words ARRAY<STRING>,
  PRIMARY KEY (hundred, n) NOT ENFORCED
) WITH ('connector' = 'cassandra', 'contact-points' = '{address}', 'keyspace' = '{keyspace}', 'table' = 'listed');

EXECUTE STATEMENT SET BEGIN
INSERT INTO counted
SELECT MOD(n, 7), COUNT(*), CAST(SUM(n) AS DECIMAL(20, 2)), CAST(MAX(n) AS STRING) FROM numbers GROUP BY MOD(n, 7);
INSERT INTO listed
SELECT n / 100, n, MOD(n, 2) = 0, CAST(n AS DOUBLE) / 2, ARRAY[CAST(n AS STRING), 'x'] FROM numbers
ON CONFLICT DO DEDUPLICATE;
END;
"""
NUMBERS = range(1, 5001)


@dataclass(frozen=True)
class Cluster:
    """A standalone cluster of the distribution in the PyFlink package."""

    address: str
    folder: Path
    environment: dict[str, str]

    def flink(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", f"{flink_distribution()}/bin/flink", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with standalone(tmp_path, bundle().connectors) as running:
        yield running


@pytest.fixture
def bare_cluster(tmp_path: Path) -> Iterator[Cluster]:
    with standalone(tmp_path / "cluster") as running:
        yield running


@contextmanager
def standalone(folder: Path, *jars: Path) -> Iterator[Cluster]:
    """Start a cluster whose ``lib/`` has these jars beside Flink's own."""
    distribution = flink_distribution()
    lib, conf = folder / "lib", folder / "conf"
    lib.mkdir(parents=True)
    for jar in (distribution / "lib").glob("*.jar"):
        (lib / jar.name).symlink_to(jar)
    for jar in jars:
        shutil.copyfile(jar, lib / jar.name)
    address = configure(distribution / "conf", conf)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "FLINK_HOME": str(distribution),
        "FLINK_CONF_DIR": str(conf),
        "FLINK_LIB_DIR": str(lib),
        "FLINK_LOG_DIR": str(folder),
        "FLINK_PID_DIR": str(folder),
        # What this process' own JVM was given is not the cluster's.
        "HADOOP_CLASSPATH": "",
        "JVM_ARGS": "",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    with ExitStack() as processes:
        for script in ("jobmanager", "taskmanager"):
            command = ["/bin/bash", f"{distribution}/bin/{script}.sh", "start-foreground"]
            log = processes.enter_context((folder / f"{script}.txt").open("w"))
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            processes.callback(process.wait, 60)
            processes.callback(process.kill)
        wait_for(lambda: slots(address) > 0, PATIENCE)
        yield Cluster(address, folder, environment)


def configure(source: Path, target: Path) -> str:
    """Copy the distribution's configuration, with ports of its own; return where the REST API will be."""
    shutil.copytree(source, target)
    rest, rpc = free_ports(2)
    yaml = YAML()
    settings = yaml.load(target / "config.yaml")
    settings["rest"].update({"address": HOST, "bind-address": HOST, "port": rest})
    settings["jobmanager"]["rpc"] = {"address": HOST, "port": rpc}
    settings["taskmanager"]["numberOfTaskSlots"] = 2
    settings["parallelism"]["default"] = 2
    # Both start at once: the task manager asks again soon.
    settings["cluster"] = {"registration": {"error-delay": "500 ms"}}
    yaml.dump(settings, target / "config.yaml")
    return f"{HOST}:{rest}"


def slots(address: str) -> int:
    try:
        return int(Rest(address).get("/overview")["slots-total"])
    except TallyError:
        return 0


def test_plain_sql_on_a_plain_cluster(cluster: Cluster, stack: Stack) -> None:
    address, keyspace = str(stack.addresses().cassandra), f"plain{uuid.uuid4().hex[:10]}"
    with connect(address, CassandraSettings()) as session:
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        session.execute(f"CREATE KEYSPACE {keyspace} WITH replication = {replication}")
        session.execute(
            f"CREATE TABLE {keyspace}.counted "
            "(remainder bigint PRIMARY KEY, numbers bigint, total decimal, largest text)"
        )
        session.execute(
            f"CREATE TABLE {keyspace}.listed (hundred bigint, n bigint, is_even boolean, half double, "
            "words frozen<list<text>>, PRIMARY KEY (hundred, n))"
        )
        (cluster.folder / "plain.py").write_text(SCRIPT, "utf-8")
        (cluster.folder / "plain.sql").write_text(SQL.format(address=address, keyspace=keyspace), "utf-8")

        done = cluster.flink("run", "-py", "plain.py", "plain.sql")

        assert done.returncode == 0, done.stdout + done.stderr
        counted = session.execute(f"SELECT remainder, numbers, total, largest FROM {keyspace}.counted")
        listed = session.execute(f"SELECT hundred, n, is_even, half, words FROM {keyspace}.listed")
        of = {remainder: [n for n in NUMBERS if n % 7 == remainder] for remainder in range(7)}
        assert sorted(tuple(row) for row in counted) == [
            (
                remainder,
                len(numbers),
                Decimal(sum(numbers)).quantize(Decimal("0.01")),
                str(max(numbers)),
            )
            for remainder, numbers in of.items()
        ]
        assert sorted(tuple(row) for row in listed) == [
            (n // 100, n, n % 2 == 0, n / 2, [str(n), "x"]) for n in NUMBERS
        ]


ORDERS = """\
CREATE TABLE orders (customer STRING NOT NULL, amount BIGINT NOT NULL)
WITH ('connector' = 'kafka', 'topic' = '${T}-orders', 'format' = 'json');
"""
TOTALS = """\
-- How much did each customer order?
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (customer) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-totals')
AS SELECT customer, SUM(amount) AS amount FROM orders GROUP BY customer;
"""


def test_the_connectors_go_along_to_a_cluster_that_has_none(bare_cluster: Cluster, bench: Workbench) -> None:
    zstd = {"codec": "zstd"}
    written = f"{COPY % zstd}EXECUTE STATEMENT SET BEGIN{INSERTS % zstd}END;"
    bench.write(
        {
            "sql/sources/orders.sql": ORDERS,
            "sql/sources/notes.sql": NOTES,
            "sql/aggregates/totals.sql": TOTALS + COUNTS + written,
        }
    )
    bench.topic("zstd")
    bench.topic("total-zstd")
    produce(bench, bench.topic("notes"), 20)
    orders = [("ann", 3), ("bob", 5), ("ann", 4)]
    records = [(customer, {"customer": customer, "amount": amount}, None) for customer, amount in orders]
    bench.produce(bench.topic("orders"), records)
    environment = {**os.environ, **bench.environ, "TALLY_FLINK_REST_ADDRESS": bare_cluster.address}
    command = [sys.executable, "-c", "from tally.cli import main; main()", "submit", "--bounded"]

    done = subprocess.run(
        [*command, "sql/aggregates/totals.sql"],
        cwd=bench.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    name, job = done.stdout.split()
    rest = Rest(bare_cluster.address)
    wait_for(lambda: rest.state(job) in ("FINISHED", "FAILED"), 300)
    assert (name, rest.state(job)) == ("totals", "FINISHED"), rest.failure(job)
    assert bench.rows("totals") == [("ann", 7), ("bob", 5)]
    assert bench.last_values(f"{bench.prefix}-totals") == {
        ("ann",): {"customer": "ann", "amount": 7},
        ("bob",): {"customer": "bob", "amount": 5},
    }
    assert bench.rows("counts", "codec, n") == [(codec, 20) for codec in sorted(CODECS)]
    assert codecs(bench, f"{bench.prefix}-zstd") == codecs(bench, f"{bench.prefix}-total-zstd") == ["zstd"]
