"""``tally dead`` where it is called wrongly, and how it shows bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally.cli.group import run
from tally.cli.record_texts import printable

SOURCE = "CREATE TABLE {} (n BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json');"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "sql" / "sources"
    sources.mkdir(parents=True)
    for name in ("orders", "returns"):
        (sources / f"{name}.sql").write_text(SOURCE.format(name), "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", [("dead",), ("dead", "replay")])
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("ordres",), "unknown source 'ordres'\nhint: did you mean 'orders'?"),
        (("xyz",), "unknown source 'xyz'\nhint: use one of: orders, returns"),
        (
            ("orders", "--reason", "undecodeable"),
            "--reason: no dead letter has the reason 'undecodeable'\nhint: did you mean 'undecodable'?",
        ),
        (
            ("orders", "--since", "noon"),
            "--since: cannot read 'noon'\nhint: expected a time in ISO 8601, UTC unless it has an offset, "
            "e.g. 2013-01-01T05:00:00Z",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_what_to_write(
    command: tuple[str, ...], arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, *arguments]) == 2
    assert capsys.readouterr().err == f"error: {text}\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("orders", "--reasons", "--sample", "2"),
            "--reasons and --sample exclude each other\nhint: tally dead",
        ),
        (("orders", "--late", "--reasons"), "--late and --reasons exclude each other\nhint: tally dead"),
        (("orders", "--late", "--reason", "missing"), "--late and --reason exclude each other\n"),
        (("orders", "--late", "--since", "2013"), "--late and --since exclude each other\n"),
        (("orders", "--late", "--since", ""), "--late and --since exclude each other\n"),
        (("a", "--refused", "--reasons"), "--refused and --reasons exclude each other\nhint: tally dead"),
        (("a", "--refused", "--late"), "--late and --refused exclude each other\nhint: tally dead"),
        (("ordres", "--late"), "unknown source 'ordres'\nhint: did you mean 'orders'?\n"),
        (("replay",), "Missing argument 'SOURCE'.\nhint: tally dead replay"),
        (("--", "replay"), "unknown source 'replay'\nhint: use one of: orders, returns\n"),
    ],
)
def test_a_wrong_usage(arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dead", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {text}")


def test_replay_helps_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dead", "replay", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Usage: tally dead replay [OPTIONS] SOURCE\n")
    assert "  Example:\n    tally dead replay user_sessions\n" in shown


@pytest.mark.parametrize(
    ("payload", "most", "shown"),
    [
        (None, 80, "null"),
        (b"", 80, "(empty)"),
        ("größer 円".encode(), 80, "größer 円"),
        (b"a\tb\r\n\x00\x1b[0m\x7f\xff", 80, "a\\tb\\r\\n\\x00\\x1b[0m\\x7f\\xff"),
        ("\u202e\U0001f600".encode(), 80, "\\u202e\U0001f600"),
        (b"x" * 80, 80, "x" * 80),
        (b"x" * 81, 80, "x" * 80 + "..."),
        ("円".encode() * 1000, 5, "円円円円円..."),
        (b"x" * 81, None, "x" * 81),
    ],
)
def test_bytes_are_shown_on_one_line_and_harm_no_terminal(
    payload: bytes | None, most: int | None, shown: str
) -> None:
    assert printable(payload, most) == shown
