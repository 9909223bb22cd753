"""Python functions in a job: every type as argument and result, NULL in each, on a machine whose clock changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TALLY = (sys.executable, "-c", "from tally.cli import main; main()")
# Column, type, a value as JSON, and what Python sees of it.
COLUMNS = [
    ("bo", "BOOLEAN", True, "True"),
    ("t", "TINYINT", -128, "-128"),
    ("s", "SMALLINT", 32767, "32767"),
    ("i", "INT", -2147483648, "-2147483648"),
    ("b", "BIGINT", 9223372036854775807, "9223372036854775807"),
    ("f", "FLOAT", 0.5, "0.5"),
    ("d", "DOUBLE", -1.5e300, "-1.5e+300"),
    ("de", "DECIMAL(10, 2)", 12345678.25, "Decimal('12345678.25')"),
    ("c", "CHAR(3)", "abc", "'abc'"),
    ("v", "STRING", "zoë 🎲", "'zoë 🎲'"),
    ("bytes_", "BYTES", "AP8=", "b'\\x00\\xff'"),
    ("da", "DATE", "1969-12-31", "datetime.date(1969, 12, 31)"),
    ("ti", "TIME(0)", "23:59:58", "datetime.time(23, 59, 58)"),
    ("ts", "TIMESTAMP(3)", "2026-03-08 02:30:00.123", "datetime.datetime(2026, 3, 8, 2, 30, 0, 123000)"),
    ("tz", "TIMESTAMP_LTZ(3)", "2026-03-08 02:30:00Z", "datetime.datetime(2026, 3, 8, 2, 30)"),
    ("ai", "ARRAY<INT>", [1, None], "(1, None)"),
    (
        "ats",
        "ARRAY<TIMESTAMP(3)>",
        ["2026-03-08 02:30:00", None],
        "(datetime.datetime(2026, 3, 8, 2, 30), None)",
    ),
    ("af", "ARRAY<FLOAT>", [None, 0.5], "(None, 0.5)"),
    ("m", "MAP<STRING, SMALLINT>", {"a": None}, "{'a': None}"),
    ("mt", "MAP<STRING, TIME(0)>", {"a": None, "b": "00:00:00"}, "{'a': None, 'b': datetime.time(0, 0)}"),
    (
        "r",
        "ROW<n1 TINYINT, n2 FLOAT, n3 DATE>",
        {"n1": None, "n2": 0.5, "n3": None},
        "Row(n1=None, n2=0.5, n3=None)",
    ),
    ("ars", "ARRAY<ROW<n1 INT, n4 STRING>>", [{"n1": None, "n4": "b"}, None], "(Row(n1=None, n4='b'), None)"),
]
NAMES = [name for name, *_ in COLUMNS]
TYPES = {name: kind for name, kind, *_ in COLUMNS}


def declared(columns):
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def table(root, name, columns):
    options = f"'connector' = 'filesystem', 'format' = 'json', 'path' = '{(root / name).as_uri()}'"
    return f"CREATE TABLE {name} ({declared(columns)}) WITH ({options});"


UDFS = f"""
from pyflink.table.udf import udf, udtf

def same(value):
    return value

def show(*values):
    return " | ".join(map(repr, values))

def twice(*values):
    yield values
    yield values

shown = udf(show, result_type="STRING")
doubled = udtf(twice, result_types={list(TYPES.values())!r})
""" + "\n".join(f"same_{name} = udf(same, result_type={kind!r})" for name, kind in TYPES.items())


def project(root):
    functions = ["shown", "doubled", *(f"same_{name}" for name in NAMES)]
    echoes = ", ".join(f"same_{name}({name})" for name in NAMES)
    every = ", ".join(NAMES)
    others = ", ".join(f"{name}_" for name in NAMES)
    files = {
        "pyproject.toml": '[project]\nname = "types"\nversion = "0"\n',
        "udfs/__init__.py": "",
        "udfs/types.py": UDFS,
        "sql/sources/given.sql": table(root, "given", {"k": "STRING", **TYPES}),
        "sql/sources/scalars.sql": table(root, "scalars", {"k": "STRING", "seen": "STRING", **TYPES}),
        "sql/sources/joined.sql": table(root, "joined", {"k": "STRING", **TYPES}),
        "sql/aggregates/both.sql": f"""
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO scalars SELECT k, shown({every}), {echoes} FROM given;
            INSERT INTO joined SELECT k, {others} FROM given, LATERAL TABLE(doubled({every})) AS f({others});
            END;""",
        "given/rows.json": "\n".join(
            json.dumps({"k": key, **values})
            for key, values in {"values": {n: v for n, _, v, _ in COLUMNS}, "nulls": {}}.items()
        ),
        **{
            f"sql/functions/{name}.sql": f"CREATE FUNCTION {name} AS 'udfs.types.{name}' LANGUAGE PYTHON;"
            for name in functions
        },
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def run(root):
    environ = {**os.environ, "TZ": "America/New_York"}
    return subprocess.run(
        (*TALLY, "run", "--bounded"), cwd=root, env=environ, capture_output=True, text=True, check=False
    )


def rows(folder: Path):
    lines = [line for file in sorted(folder.iterdir()) for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("types")
    project(root)
    done = run(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def by_key(found):
    return {row.pop("k"): row for row in found}


VALUES = {name: value for name, _, value, _ in COLUMNS}
NULLS = dict.fromkeys(NAMES)


def test_a_scalar_function_takes_and_returns_every_type_and_null(root):
    found = by_key(rows(root / "scalars"))
    assert found["values"].pop("seen") == " | ".join(seen for *_, seen in COLUMNS)
    assert found["nulls"].pop("seen") == " | ".join(["None"] * len(COLUMNS))
    assert found == {"values": VALUES, "nulls": NULLS}


def test_a_table_function_takes_and_returns_every_type_and_null(root):
    found = sorted(rows(root / "joined"), key=lambda row: row["k"])
    assert found == [{"k": k, **of} for k, of in (("nulls", NULLS), ("values", VALUES)) for _ in range(2)]


def test_a_type_without_a_python_value_is_refused_before_the_job_starts(root, tmp_path):
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    (tmp_path / "sql/aggregates/both.sql").write_text(
        "INSERT INTO scalars (k, seen) SELECT k, shown(INTERVAL '1' DAY * i) FROM given;", "utf-8"
    )
    done = run(tmp_path)
    assert (done.returncode, done.stderr.splitlines()[1:]) == (
        2,
        [
            "error: job 'both': function 'show': Python functions have no value for INTERVAL SECOND(3)",
            "hint: cast it in the query to a type that has one, such as STRING or BIGINT",
        ],
    )
