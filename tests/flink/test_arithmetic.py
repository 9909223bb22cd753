"""Sums and means that would quietly go wrong: refused with the cast to write, unless an option accepts them."""

import pytest

from tally.errors import TallyError

SOURCE = """
CREATE TABLE ev (
  k STRING NOT NULL, t TINYINT, s SMALLINT, i INT, b BIGINT, d DECIMAL(10, 2), g DOUBLE, event_time TIMESTAMP(3),
  WATERMARK FOR event_time AS event_time
) WITH ('connector' = 'kafka', 'topic' = 'ev', 'format' = 'json');
"""
VIEW = "CREATE VIEW sums AS\nSELECT k, SUM(s) AS n\nFROM ev GROUP BY k;\n"
ACCEPT = ", or accept Flink's arithmetic with 'arithmetic' = 'flink'"


def aggregate(query, key="k", options="", name="a"):
    with_clause = f" WITH ({options})" if options else ""
    return f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED){with_clause} AS\n{query};\n"


def insert(query):
    return f"CREATE TABLE o (k STRING, n BIGINT, m DOUBLE) WITH ('connector' = 'print');\nINSERT INTO o\n{query};\n"


@pytest.fixture
def planned(plan, tmp_path):
    """Plan a file of aggregates over ``ev`` and the view ``sums``."""
    for room, name, text in (("sources", "ev", SOURCE), ("views", "sums", VIEW)):
        (tmp_path / "sql" / room).mkdir(parents=True)
        (tmp_path / "sql" / room / f"{name}.sql").write_text(text, "utf-8")
    (tmp_path / "sql/aggregates").mkdir()

    def planned(sql):
        (tmp_path / "sql/aggregates/a.sql").write_text(sql, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def refused(planned, sql):
    with pytest.raises(TallyError) as error:
        planned(sql)
    assert error.value.exit_code == 2
    return str(error.value)


WINDOW = "TABLE(HOP(TABLE ev, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))"
OVER = "OVER (PARTITION BY k ORDER BY event_time)"
MATCH = """SELECT k, n, m FROM ev MATCH_RECOGNIZE (
PARTITION BY k ORDER BY event_time MEASURES SUM(A.i) AS n, AVG(A.g) AS m ONE ROW PER MATCH
PATTERN (A+ B) DEFINE A AS A.i > 1, B AS B.i < 1)"""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            aggregate("SELECT k, SUM(i) AS n\nFROM ev GROUP BY k"),
            "aggregates/a.sql:2:11: SUM(i) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
            f"hint: write SUM(CAST(i AS BIGINT)){ACCEPT}",
        ),
        (
            aggregate("SELECT k, SUM(DISTINCT t /* tiny */\n + 1) AS n\nFROM ev GROUP BY k"),
            "aggregates/a.sql:2:11: SUM(DISTINCT t + 1) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
            f"hint: write SUM(DISTINCT CAST(t + 1 AS BIGINT)){ACCEPT}",
        ),
        (
            aggregate("SELECT k, sum(t) FILTER (WHERE i > 0) AS n FROM ev GROUP BY k"),
            "aggregates/a.sql:2:11: sum(t) of TINYINT is TINYINT: above 127 it begins anew below zero\n"
            f"hint: write SUM(CAST(t AS BIGINT)){ACCEPT}",
        ),
        (
            aggregate("SELECT k, n FROM sums"),
            "views/sums.sql:2:11: SUM(s) of SMALLINT is SMALLINT: above 32,767 it begins anew below zero\n"
            f"hint: write SUM(CAST(s AS BIGINT)){ACCEPT}",
        ),
        (
            aggregate(
                "SELECT k, window_end, SUM(CASE WHEN b > 1 THEN 1 ELSE 0 END) AS n, SUM(b) AS m\n"
                f"FROM {WINDOW} GROUP BY k, window_start, window_end",
                "k, window_end",
            ),
            "aggregates/a.sql:2:23: SUM(CASE WHEN b > 1 THEN 1 ELSE 0 END) of INT is INT: "
            "above 2,147,483,647 it begins anew below zero\n"
            f"hint: write SUM(CAST(CASE WHEN b > 1 THEN 1 ELSE 0 END AS BIGINT)){ACCEPT}",
        ),
        (
            aggregate("SELECT k, AVG(b) AS m, VAR_SAMP(i) AS v, AVG(d) AS ok FROM ev GROUP BY k"),
            "aggregates/a.sql:2:11: AVG(b) of BIGINT is BIGINT: its fraction is cut off\n"
            f"hint: write AVG(CAST(b AS DOUBLE)){ACCEPT}\n"
            "sql/aggregates/a.sql:2:24: VAR_SAMP(i) of INT is INT: its fraction is cut off\n"
            f"hint: write VAR_SAMP(CAST(i AS DOUBLE)){ACCEPT}",
        ),
        (
            insert(f"SELECT k, SUM(b) {OVER},\nAVG(b) {OVER} FROM ev"),
            "aggregates/a.sql:4:1: AVG(b) of BIGINT is BIGINT: its fraction is cut off\n"
            "hint: write AVG(CAST(b AS DOUBLE))",
        ),
        (
            insert(f"SELECT k, SUM(i) {OVER}, STDDEV_POP(b) {OVER} FROM ev"),
            "aggregates/a.sql:3:11: SUM(i) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
            "hint: write SUM(CAST(i AS BIGINT))\n"
            "sql/aggregates/a.sql:3:61: STDDEV_POP(b) of BIGINT is BIGINT: its fraction is cut off\n"
            "hint: write STDDEV_POP(CAST(b AS DOUBLE))",
        ),
        (
            insert("SELECT k, SUM(i), AVG(g) FROM ev GROUP BY k, TUMBLE(event_time, INTERVAL '1' MINUTE)"),
            "aggregates/a.sql:3:11: SUM(i) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
            "hint: write SUM(CAST(i AS BIGINT))",
        ),
        (
            insert(MATCH),
            "aggregates/a.sql:4:45: SUM(A.i) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
            "hint: write SUM(CAST(A.i AS BIGINT))",
        ),
        (
            aggregate(
                "SELECT k, c FROM (SELECT k, COUNT(*) AS c FROM ev GROUP BY k)\nWHERE c > (SELECT AVG(i) FROM ev)"
            ),
            "aggregates/a.sql:3:19: AVG(i) of INT is INT: its fraction is cut off\n"
            f"hint: write AVG(CAST(i AS DOUBLE)){ACCEPT}",
        ),
        (
            aggregate("SELECT k, SUM(i) AS n FROM ev GROUP BY k", options="'arithmetic' = 'flink'")
            + aggregate("SELECT k, AVG(i) AS n FROM ev GROUP BY k", name="b"),
            "aggregates/a.sql:4:11: AVG(i) of INT is INT: its fraction is cut off\n"
            f"hint: write AVG(CAST(i AS DOUBLE)){ACCEPT}",
        ),
    ],
)
def test_a_sum_or_mean_that_would_quietly_go_wrong_is_refused_with_the_cast_to_write(sql, expected, planned):
    said = refused(planned, sql)
    assert said == f"sql/{expected}"
    # The hint works when it is followed to the letter.
    for line in said.splitlines():
        if line.startswith("hint: write "):
            cast = line.removeprefix("hint: write ").removesuffix(ACCEPT)
            written = cast.replace("CAST(", "", 1).replace(" AS BIGINT)", "").replace(" AS DOUBLE)", "")
            sql = sql.replace(" /* tiny */\n", "").replace("sum(", "SUM(").replace(written, cast, 1)
    if "views/" not in expected:
        planned(sql)


def test_flinks_arithmetic_is_accepted_by_an_option(planned):
    planned(
        aggregate("SELECT k, SUM(i) AS n, AVG(b) AS m FROM ev GROUP BY k", options="'arithmetic' = 'flink'")
    )


def test_a_sum_of_a_table_api_job_is_refused_in_its_own_words(plan, planned, tmp_path):
    planned(aggregate("SELECT k, COUNT(*) AS n FROM ev GROUP BY k"))
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/sums.py").write_text(
        "from pyflink.table.expressions import col\nfrom tally.jobs import aggregate\n\n"
        "@aggregate(key='k')\ndef totals(t_env):\n"
        "    return t_env.from_path('ev').group_by(col('k')).select(col('k'), col('i').sum.alias('n'))\n",
        "utf-8",
    )
    with pytest.raises(TallyError) as error:
        plan(tmp_path, "jobs/sums.py")
    assert str(error.value) == (
        "jobs/sums.py:4:1: SUM(i) of INT is INT: above 2,147,483,647 it begins anew below zero\n"
        "hint: write col('i').cast(DataTypes.BIGINT()).sum, or SUM(CAST(i AS BIGINT)) in SQL, "
        "or accept Flink's arithmetic with options={'arithmetic': 'flink'}"
    )
