"""``tally account``, and the accounts in ``tally status`` and at the end of ``tally run``: texts, JSON, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tally.cli.account_lines import shown_at_end, status_lines
from tally.cli.group import run
from tally.registry.log import Registry, Snapshot
from tally.serving import account as reading
from tally.serving.account import Accounts
from tally.serving.account_errors import NotAnAccount
from tally.serving.account_record import AccountRecord
from tally.serving.errors import KafkaFailed, KafkaUnreachable
from tally.stack import Health, ServiceStatus, Stack
from tests.unit.accounts import ACCOUNT, FINAL, GONE, HOPPING, READ, TAP, account

UNREADABLE = NotAnAccount("trains", "tally-account", 0, 9, "time: field required")
CANNOT_BE_READ = (
    "the newest account of job 'trains' cannot be read: topic 'tally-account' partition 0 offset 9: "
    "time: field required"
)
Stored = Callable[..., None]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sql").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLY_KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")
    monkeypatch.setenv("TALLY_ACCOUNT_TOPIC", "accounts")
    monkeypatch.setattr(Registry, "read", lambda _: Snapshot())


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    """Let these be the accounts on the topic."""

    def store(*records: AccountRecord, unreadable: tuple[NotAnAccount, ...] = ()) -> None:
        def read(address: str | None, topic: str) -> Accounts:
            assert (address, topic) == ("kafka.example:9092", "accounts")
            return Accounts(records, unreadable)

        monkeypatch.setattr(reading, "read_accounts", read)

    return store


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Let reading the topic fail."""

    def fail(error: Exception) -> None:
        def read(*_: object) -> Accounts:
            raise error

        monkeypatch.setattr(reading, "read_accounts", read)

    return fail


def many() -> tuple[AccountRecord, ...]:
    """All that a text can show."""
    base = account().accounts[0].model_dump()
    two = {
        "job": "rail\n",
        "checkpoint": None,
        "bounded": True,
        "sources": [
            {"source": "flights", "meter": "read-1"},
            {"source": "trains", "meter": "read-2"},
            {"source": "buses", "meter": "read-3"},
        ],
        "accounts": [
            {**base, "feeds": ["by_day", "by_week"], "filters": False},
            {**base, "feeds": ["by_day", "by_week"], "place": "Rank[9]", "tap": None, "door": None},
            {**base, "feeds": ["hops"], "entry": "gone"},
            {**base, "feeds": ["windows"], "gate": "gate-h", "door": "door-h", "tap": "tap-h"},
        ],
        "meters read-2": {"subtasks": 1, "of": 1, "counts": {"read/x/10": 1, "read/x/9": 2, "skipped": 1200}},
        "meters gate-h": {"subtasks": 1, "of": 1, "counts": {"rows": 990, "pairs": 2970, "late": 12}},
        "meters door-h": {"subtasks": 1, "of": 1, "counts": {"rows": 2958, "open": 0}},
        "meters tap-h": {"subtasks": 1, "of": 1, "counts": {"rows": 2958}},
    }
    nothing = {"job": "idle", "sources": [], "accounts": [], "time": 2**62}
    return account(), account(two), account(nothing)


def test_text_shows_each_job_its_sources_and_its_sums(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(*many())
    assert run(["account"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ALL
    assert shown.err == (
        "error: 2 sums do not come out: by_day, by_week of job 'rail\\n'; hops of job 'rail\\n'\n"
    )


TEXT = """\
airports: checkpoint 17 of 2025-01-01 12:00:00, unbounded
  source 'flights': read 1,010, dead 5, skipped 0
    read by partition: 0: 500, 1: 510
    dead by reason: missing 2, undecodable 3
  aggregate       read  dead  filtered  late  counted
  airport_hours  1,010     5        15    12      978  comes out
"""
ALL = (
    TEXT
    + """\

rail\\n: the end of a run, 2025-01-01 12:00:00, bounded
  source 'flights': read 1,010, dead 5, skipped 0
    read by partition: 0: 500, 1: 510
    dead by reason: missing 2, undecodable 3
  source 'trains': read 3, dead 0, skipped 1,200
    read by partition: x/9: 2, x/10: 1
  source 'buses': not counted
  aggregate                                    read  dead  filtered  rows in windows  late  counted
  by_day, by_week (GlobalWindowAggregate[6])  1,010     5        15                     12      978  does not come out
    15 rows are missing: the sources made 1,005 rows and the query leaves none out, 990 rows came to the aggregate
    40 rows are in windows that the end of the run did not close
  by_day, by_week (Rank[9])                   1,010     5        15                     12      978  comes out
  hops                                        1,010     5         ?                     12      978  does not come out
    the rows that came to the aggregate are not counted: the record has no meter 'gone'
    40 rows are in windows that the end of the run did not close
  windows                                     1,010     5        15     990 in 2,970    12    2,958  comes out

idle: checkpoint 17 of 4611686018427387904 ms, unbounded
  no aggregate takes in rows of a source
"""
)


def test_all_that_comes_out_is_exit_code_0(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account(), account({**FINAL, "job": "b", "meters door-6-0 counts open": 0, f"{TAP} rows": 978}))
    assert run(["account", "airports"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (TEXT, "")
    assert run(["account"]) == 0
    assert capsys.readouterr().out.splitlines()[7] == "b: the end of a run, 2025-01-01 12:00:00, bounded"


def test_what_is_skipped_has_a_column_where_there_is_some(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(account({f"{READ} skipped": 1}))
    assert run(["account"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "  aggregate       read  dead  skipped  filtered  late  counted",
        "  airport_hours  1,010     5        1        14    12      978  comes out",
    ]
    [line] = shown_at_end([account({f"{READ} skipped": 1})])
    assert (
        line
        == "airport_hours: read 1,010 = dead 5 + skipped 1 + filtered 14 + late 12 + counted 978: comes out"
    )


def test_what_is_missing_stands_below_the_sum(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account({f"{TAP} rows": 926}))
    assert run(["account"]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-2:] == [
        "  airport_hours  1,010     5        15    12      966  does not come out",
        "    12 rows are missing: 978 went in, the closed windows counted 926 of 938",
    ]
    assert shown.err == "error: the sum does not come out: airport_hours of job 'airports'\n"


REFUSED = (
    "airport_hours: refused 3 of 1,200 result rows, which a sink cannot hold; "
    "see `tally dead airport_hours --refused`"
)


def test_refused_rows_are_listed_beside_a_sum_that_comes_out(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    record = account({"meters guard-7 counts refused": 3})
    stored(record)
    assert run(["account"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-2].endswith("comes out")
    assert shown[-1] == f"  {REFUSED}"
    assert list(shown_at_end([record]))[1:] == [REFUSED]
    assert list(status_lines([record]))[1:] == [REFUSED]
    not_counted = account({"meters guard-7": GONE})
    assert list(status_lines([not_counted]))[1:] == ["airport_hours: refused rows are not counted"]
    of_an_older_version = account({"results": GONE})
    assert len(list(shown_at_end([of_an_older_version]))) == 1


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_an_account_that_cannot_be_read_fails_and_hides_no_other(
    arguments: tuple[str, ...], stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(account(), account({"job": "b", f"{TAP} rows": 1}), unreadable=(UNREADABLE,))
    assert run(["account", *arguments]) == 1
    shown = capsys.readouterr()
    assert "airport_hours" in shown.out
    assert shown.err == (f"error: {UNREADABLE}\nerror: the sum does not come out: airport_hours of job 'b'\n")
    assert run(["account", "airports", *arguments]) == 0
    capsys.readouterr()

    stored(unreadable=(UNREADABLE,))
    assert run(["account", *arguments]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("[]\n" if arguments else "", f"error: {UNREADABLE}\n")


@pytest.mark.parametrize("arguments", [(), ("airports",), ("--json",)])
def test_before_the_first_account(
    arguments: tuple[str, ...], stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored()
    assert run(["account", *arguments]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        "error: no job has an account yet\n"
        "hint: `tally run` first: a job writes its account with each checkpoint\n",
    )


def test_a_job_that_has_none(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account())
    assert run(["account", "airport"]) == 1
    assert capsys.readouterr().err == "error: job 'airport' has no account\nhint: did you mean 'airports'?\n"


def test_without_a_broker(failing: Callable[[Exception], None], capsys: pytest.CaptureFixture[str]) -> None:
    failing(KafkaUnreachable("kafka.example:9092", "Connection refused"))
    assert run(["account"]) == 1
    assert capsys.readouterr().err == (
        "error: no Kafka broker answers at kafka.example:9092: Connection refused\n"
        "hint: start it with `tally up`, or set kafka.bootstrap_servers\n"
    )


LOST = {f"{READ} lost/retention/0": 1200, f"{READ} lost/retention/10": 34}
REMOVED = (
    "records of source 'flights' were lost before they were read: "
    "retention removed 1,234 offsets, so many records at most (partitions 0, 10)"
)


def test_what_was_lost_stands_beside_the_sum(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account(LOST))
    assert run(["account"]) == 1
    assert capsys.readouterr().out.splitlines()[3:] == [
        "    dead by reason: missing 2, undecodable 3",
        "    lost, removed by retention: partition 0: 1,200, 10: 34",
        "  aggregate       read  dead  filtered  late  counted   lost",
        "  airport_hours  1,010     5        15    12      978  1,234  does not come out",
        f"    {REMOVED}",
    ]
    [line] = shown_at_end([account(LOST)])
    assert line == (
        "airport_hours: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978, lost 1,234: "
        f"does not come out: {REMOVED}"
    )


def test_how_many_were_lost_may_not_be_known(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account({**LOST, f"{READ} lost/recreated/1": 0, f"{READ} lost/truncated/2": 0}))
    assert run(["account"]) == 1
    assert capsys.readouterr().out.splitlines()[4:] == [
        "    lost, the topic was made anew, so how many is not known: partition 1",
        "    lost, removed by retention: partition 0: 1,200, 10: 34",
        "    lost, the log was cut, so how many is not known: partition 2",
        "  aggregate       read  dead  filtered  late  counted  lost",
        "  airport_hours  1,010     5        15    12      978     ?  does not come out",
        "    records of source 'flights' were lost before they were read: the topic was deleted and made anew, "
        "how many is not known (partition 1); retention removed 1,234 offsets, so many records at most "
        "(partitions 0, 10); the log was cut, how many is not known (partition 2)",
    ]
    assert run(["account", "--json"]) == 1
    [job] = json.loads(capsys.readouterr().out)
    assert (job["sources"][0]["lost"], job["sums"][0]["lost"]) == (None, None)
    assert job["sources"][0]["lost_by_cause"] == {
        "recreated": {"1": 0},
        "retention": {"0": 1200, "10": 34},
        "truncated": {"2": 0},
    }


def test_json_tells_all(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account({f"{TAP} rows": 926, f"{READ} skipped": 1}))
    assert run(["account", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "job": "airports",
            "run": "0123456789abcdef0123456789abcdef",
            "bounded": False,
            "checkpoint": 17,
            "final": False,
            "time": "2025-01-01T12:00:00.000Z",
            "comes_out": False,
            "sources": [
                {
                    "source": "flights",
                    "read": 1010,
                    "read_by_partition": {"0": 500, "1": 510},
                    "dead": 5,
                    "dead_by_reason": {"missing": 2, "undecodable": 3},
                    "skipped": 1,
                    "lost": 0,
                    "lost_by_cause": {},
                }
            ],
            "sums": [
                {
                    "aggregates": ["airport_hours"],
                    "place": "GlobalWindowAggregate[6]",
                    "sources": [{"source": "flights", "times": 1}],
                    "read": 1010,
                    "dead": 5,
                    "dead_by_reason": {"missing": 2, "undecodable": 3},
                    "skipped": 1,
                    "filtered": 14,
                    "entered": 990,
                    "in_windows": 990,
                    "late": 12,
                    "counted": 966,
                    "open": 40,
                    "lost": 0,
                    "comes_out": False,
                    "complaints": [
                        {
                            "check": "closed",
                            "expected": 938,
                            "found": 926,
                            "text": "12 rows are missing: 978 went in, the closed windows counted 926 of 938",
                        }
                    ],
                }
            ],
            "refused": [
                {
                    "aggregate": "airport_hours",
                    "topic": "airport_hours.refused",
                    "rows": 1200,
                    "refused": 0,
                }
            ],
        }
    ]


def test_json_has_null_for_what_is_not_known(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    stored(account({**FINAL, "meters read-1": GONE}), account({"job": "b", "accounts": []}))
    assert run(["account", "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert (first["checkpoint"], first["final"], first["bounded"]) == (None, True, True)
    [source] = first["sources"]
    assert source == {
        "source": "flights",
        "read": None,
        "read_by_partition": None,
        "dead": None,
        "dead_by_reason": None,
        "skipped": None,
        "lost": None,
        "lost_by_cause": None,
    }
    [one] = first["sums"]
    assert {name for name, value in one.items() if value is None} == {
        "read",
        "dead",
        "dead_by_reason",
        "skipped",
        "filtered",
        "lost",
    }
    assert (second["comes_out"], second["sums"]) == (True, [])


def test_a_run_ends_with_a_line_for_each_sum() -> None:
    assert list(shown_at_end(many())) == AT_END


AT_END = [
    "airport_hours: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978: comes out",
    (
        "by_day, by_week: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978: does not come out: "
        "15 rows are missing: the sources made 1,005 rows and the query leaves none out, 990 rows came "
        "to the aggregate; 40 rows are in windows that the end of the run did not close"
    ),
    "by_day, by_week: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978: comes out",
    (
        "hops: read 1,010 = dead 5 + filtered ? + late 12 + counted 978: does not come out: the rows "
        "that came to the aggregate are not counted: the record has no meter 'gone'; 40 rows are in "
        "windows that the end of the run did not close"
    ),
    (
        "windows: read 1,010 = dead 5 + filtered 15 + entered 990, 990 rows in 2,970 windows = late 12 + "
        "counted 2,958: comes out"
    ),
]


def status(name: str, health: Health) -> ServiceStatus:
    return ServiceStatus(name, health, None, (), 0, 0, Path("logs"), ())


def test_status_has_a_line_for_each_job(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    broken = {"job": "b", f"{TAP} rows": 926}
    stored(
        account(),
        account(broken),
        account({**HOPPING, **FINAL, "job": "c", "meters door-6-0 counts open": 0, f"{TAP} rows": 2958}),
        *many()[1:],
        account({"job": "d", "accounts": [account().accounts[0].model_dump()] * 2}),
        account({**broken, "accounts": [account().accounts[0].model_dump()] * 2}),
        unreadable=(UNREADABLE,),
    )
    assert run(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[[line.startswith("airports") for line in lines].index(True) :] == STATUS


STATUS = [
    (
        "airports: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978, checkpoint 17 of "
        "2025-01-01 12:00:00: comes out"
    ),
    (
        "b: read 1,010 != dead 5 + filtered 15 + late 12 + counted 966, checkpoint 17 of 2025-01-01 "
        "12:00:00: does not come out; see `tally account b`"
    ),
    (
        "c: read 1,010 = dead 5 + filtered 15 + entered 990, 990 rows in 2,970 windows = late 12 + "
        "counted 2,958, the end of a run, 2025-01-01 12:00:00: comes out"
    ),
    (
        "rail\\n: 2 of 4 sums, the end of a run, 2025-01-01 12:00:00: do not come out; see `tally "
        "account rail\\n`"
    ),
    "idle: no aggregate takes in rows of a source, checkpoint 17 of 4611686018427387904 ms",
    "d: 2 sums, checkpoint 17 of 2025-01-01 12:00:00: all come out",
    "b: 2 of 2 sums, checkpoint 17 of 2025-01-01 12:00:00: do not come out; see `tally account b`",
    CANNOT_BE_READ,
]


def test_status_asks_no_broker_where_none_is_up(
    failing: Callable[[Exception], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TALLY_KAFKA_BOOTSTRAP_SERVERS")
    failing(AssertionError())
    for health in (Health.STOPPED, Health.SILENT, Health.CRASHED):
        monkeypatch.setattr(
            Stack, "status", lambda _, is_=health: (status("kafka", is_), status("cassandra", Health.READY))
        )
        assert run(["status"]) == 0
        assert "account" not in capsys.readouterr().out


def test_status_asks_the_broker_that_is_up_and_goes_on_without_an_answer(
    failing: Callable[[Exception], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TALLY_KAFKA_BOOTSTRAP_SERVERS")
    monkeypatch.setattr(Stack, "status", lambda _: (status("kafka", Health.READY),))
    failing(KafkaFailed("read topic 'accounts'", "not authorized"))
    assert run(["status"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1] == "accounts cannot be read: Kafka could not read topic 'accounts': not authorized"


def test_the_json_of_status_is_of_services_alone(
    failing: Callable[[Exception], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(AssertionError())
    assert run(["status", "--json"]) == 0
    assert {"service", "health"} <= set(json.loads(capsys.readouterr().out)[0])


def test_names_of_other_alphabets_and_control_characters_are_shown_safely(
    stored: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(account({"job": "größe\x1b[0m", f"{ACCOUNT} feeds": ["a\n"]}))
    assert run(["account"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("größe\\x1b[0m: ")
    assert lines[-1].startswith("  a\\n ")
