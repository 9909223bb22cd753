"""Random updating streams, joins of them in every shape, and what the joins hold, by DuckDB."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from tests.e2e.workbench import Record

NAMES = ("ann", "bob", "cat", "dan", "eve")
TABLES = ("moves", "lefts", "rights")

SOURCES = {
    "sql/sources/moves.sql": (
        "CREATE TABLE moves (uid STRING NOT NULL, region STRING NOT NULL, seq BIGINT NOT NULL)\n"
        "WITH ('connector' = 'kafka', 'topic' = '${T}-moves', 'format' = 'json');\n"
    ),
    **{
        f"sql/sources/{name}.sql": (
            f"CREATE TABLE {name} (k STRING NOT NULL, total BIGINT, PRIMARY KEY (k) NOT ENFORCED)\n"
            f"WITH ('connector' = 'upsert-kafka', 'topic' = '${{T}}-{name}', 'key.format' = 'json', "
            "'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY');\n"
        )
        for name in TABLES[1:]
    },
}

# The same text for Flink and for DuckDB; the views differ.
JOINS: Mapping[str, str] = {
    "left_grouped": (
        "SELECT a.region AS k, a.n AS x, b.users AS y "
        "FROM events AS a LEFT JOIN users AS b ON a.region = b.region"
    ),
    "right_grouped": (
        "SELECT a.region AS k, b.users AS x, a.n AS y "
        "FROM users AS b RIGHT JOIN events AS a ON a.region = b.region"
    ),
    "full_grouped": (
        "SELECT COALESCE(a.region, b.region, '') AS k, COUNT(*) AS x, MAX(b.users) AS y "
        "FROM events AS a FULL JOIN users AS b ON a.region = b.region GROUP BY COALESCE(a.region, b.region, '')"
    ),
    "semi_grouped": (
        "SELECT region AS k, n AS x, n AS y FROM events WHERE region IN (SELECT region FROM users WHERE users > 1)"
    ),
    "anti_grouped": (
        "SELECT region AS k, n AS x, n AS y FROM events AS a "
        "WHERE NOT EXISTS (SELECT 1 FROM users AS b WHERE a.region = b.region)"
    ),
    "inner_upserts": "SELECT a.k, a.total AS x, b.total AS y FROM lefts AS a JOIN rights AS b ON a.k = b.k",
    "left_upserts": "SELECT a.k, a.total AS x, b.total AS y FROM lefts AS a LEFT JOIN rights AS b ON a.k = b.k",
    "anti_upserts": (
        "SELECT k, total AS x, total AS y "
        "FROM lefts AS a WHERE NOT EXISTS (SELECT 1 FROM rights AS b WHERE a.k = b.k)"
    ),
    "left_of_latest": (
        "SELECT a.uid AS k, a.seq AS x, b.total AS y FROM latest AS a LEFT JOIN rights AS b ON a.uid = b.k"
    ),
    "right_of_latest": (
        "SELECT b.k, b.total AS x, a.seq AS y FROM latest AS a RIGHT JOIN rights AS b ON a.uid = b.k"
    ),
    "inner_compared": (
        "SELECT a.k, a.total AS x, b.total AS y FROM lefts AS a JOIN rights AS b ON a.k = b.k AND a.total > b.total"
    ),
    "left_compared": (
        "SELECT a.k, a.total AS x, b.total AS y "
        "FROM lefts AS a LEFT JOIN rights AS b ON a.k = b.k AND a.total > b.total"
    ),
    "nested": (
        "SELECT a.k, b.total AS x, c.total AS y FROM lefts AS a LEFT JOIN rights AS b ON a.k = b.k "
        "LEFT JOIN (SELECT uid AS k, seq AS total FROM latest) AS c ON a.k = c.k"
    ),
}
_EVENTS = "(SELECT region, COUNT(*) AS n FROM moves GROUP BY region)"
_LATEST = (
    "(SELECT uid, region, seq FROM (SELECT uid, region, seq, "
    "ROW_NUMBER() OVER (PARTITION BY uid ORDER BY seq DESC) AS r FROM moves) WHERE r = 1)"
)
_USERS = f"(SELECT region, COUNT(*) AS users FROM {_LATEST} GROUP BY region)"
VIEWS = {"events": _EVENTS, "latest": _LATEST, "users": _USERS}


def project(prefix: str, sink: str, options: Mapping[str, str]) -> str:
    """Return a file of aggregates with one sink, one for each join, whose names begin with a prefix."""
    sets = "".join(f"SET '{key}' = '{value}';\n" for key, value in options.items())
    return sets + "".join(
        f"CREATE MATERIALIZED TABLE {prefix}_{name} (PRIMARY KEY (k) NOT ENFORCED)\n"
        f"WITH ('sinks' = '{sink}', 'kafka.topic' = '${{T}}-{prefix}-{name}') AS\n{query};\n"
        for name, query in JOINS.items()
    )


def view_files() -> dict[str, str]:
    """Return the files of the views."""
    return {
        f"sql/views/{name}.sql": f"CREATE VIEW {name} AS\nSELECT * FROM {of};\n" for name, of in VIEWS.items()
    }


@dataclass
class Updates:
    """A random stream of changes, and the tables that it leaves."""

    seed: int
    moves: list[tuple[str, str, int]] = field(default_factory=list)
    tables: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in TABLES[1:]})

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def some(self, steps: int) -> Iterator[tuple[str, Record]]:
        """Yield (table, record) of some changes more; an update and a deletion often follow on each other."""
        for _ in range(steps):
            if self._random.random() < 0.4:
                yield "moves", self._move()
            else:
                yield from self._upserts()

    def _move(self) -> Record:
        uid, region = self._random.choice(NAMES), self._random.choice(NAMES)
        self.moves.append((uid, region, len(self.moves)))
        return None, {"uid": uid, "region": region, "seq": len(self.moves) - 1}, None

    def _upserts(self) -> Iterator[tuple[str, Record]]:
        name, key = self._random.choice(TABLES[1:]), self._random.choice(NAMES)
        for _ in range(self._random.choice((0, 1, 1, 2))):
            self.tables[name][key] = self._random.randrange(20)
            yield name, (json.dumps({"k": key}), {"total": self.tables[name][key]}, None)
        if self._random.random() < 0.5:
            self.tables[name].pop(key, None)
            yield name, (json.dumps({"k": key}), None, None)

    def expected(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of each join, sorted."""
        with duckdb.connect() as database:
            database.execute("CREATE TABLE moves (uid VARCHAR, region VARCHAR, seq BIGINT)")
            _fill(database, "moves", self.moves)
            for name, rows in self.tables.items():
                database.execute(f"CREATE TABLE {name} (k VARCHAR, total BIGINT)")
                _fill(database, name, list(rows.items()))
            for name, of in VIEWS.items():
                database.execute(f"CREATE VIEW {name} AS SELECT * FROM {of}")
            return {name: sorted(database.execute(query).fetchall()) for name, query in JOINS.items()}


def _fill(database: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
