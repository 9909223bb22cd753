"""`tally explain`: the exact text, in a process of its own; nothing is started, and nothing kept."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MIXED = Path("tests/projects/good/mixed")
EXPECTED = Path("tests/projects/good/mixed_explained.txt")


@pytest.fixture
def project(tmp_path):
    shutil.copytree(MIXED, tmp_path / "mixed", ignore=shutil.ignore_patterns(".tally", "__pycache__"))
    return tmp_path / "mixed"


def tally(project, *arguments):
    program = "from tally.cli import main; main()"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_a_job_is_shown_whole(project):
    done = tally(project, "explain", "sql/aggregates/by_region.sql")
    assert done.returncode == 0, done.stderr
    assert done.stdout == EXPECTED.read_text("utf-8")
    assert [path.name for path in (project / ".tally").iterdir()] == ["logs"]


def test_a_type_that_cassandra_cannot_store_is_refused_when_planned(project):
    path = project / "sql/aggregates/by_day.sql"
    path.write_text(
        "CREATE MATERIALIZED TABLE kinds (PRIMARY KEY (region) NOT ENFORCED) AS\n"
        "SELECT region, COLLECT(amount) AS amounts FROM events GROUP BY region;\n",
        "utf-8",
    )
    done = tally(project, "explain", "sql/aggregates/by_day.sql")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr == (
        "error: sql/aggregates/by_day.sql:1:27: column 'amounts' is MULTISET<INT NOT NULL>, "
        "which Cassandra cannot store\nhint: write ARRAY_AGG(x) or ARRAY_AGG(DISTINCT x) for COLLECT(x)\n"
    )
