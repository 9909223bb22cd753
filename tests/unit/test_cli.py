"""The group of commands: help, errors, exit codes."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tally.cli.group import COMMANDS, HIDDEN, run

PROGRAM = "import sys; from tally.cli.group import run; "
THERE = [name for name in (*COMMANDS, *HIDDEN) if importlib.util.find_spec(f"tally.cli.{name}")]


def call(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = f"{PROGRAM}sys.exit(run(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_help_lists_the_commands_that_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    listed = [line.split()[0] for line in shown.partition("Commands:\n")[2].splitlines()]
    assert listed == [name for name in THERE if name not in HIDDEN]
    assert {"up", "down", "status"} <= set(listed)


def test_help_loads_no_library_that_only_commands_need() -> None:
    program = f"{PROGRAM}run(['--help']); import json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    heavy = {"pyflink", "cassandra", "confluent_kafka", "rich", "pydantic", "duckdb", "pandas", "psutil"}
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize("name", [name for name in THERE if name not in HIDDEN])
def test_every_command_helps_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = importlib.import_module(f"tally.cli.{name}").command
    assert isinstance(command, click.Command)
    assert run([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"  Example:\n    tally {name}" in shown
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dwon"]) == 2
    assert capsys.readouterr().err == "error: unknown command 'dwon'\nhint: did you mean 'down'?\n"


def test_a_command_far_from_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["xyzzy"]) == 2
    legal = ", ".join(COMMANDS)
    assert capsys.readouterr().err == f"error: unknown command 'xyzzy'\nhint: use one of: {legal}\n"


def test_an_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["down", "--wiped"]) == 2
    first, hint = capsys.readouterr().err.splitlines()
    assert first.startswith("error: No such option '--wiped'.")
    assert hint == "hint: tally down --help"


def test_outside_any_project(tmp_path: Path) -> None:
    done = call("status", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: no project in {tmp_path} or in a folder above it\n"
        "hint: run `tally init DIR` for a new one, or change to a folder with sql/\n"
    )


def test_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.tally.stack]\nkafka_prot = 9092\n")
    done = call("status", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: pyproject.toml [tool.tally]: unknown setting 'stack.kafka_prot'\n"
        "hint: did you mean 'stack.kafka_port'?\n"
    )


@pytest.mark.parametrize("arguments", [("--debug", "status"), ("status", "--debug")])
def test_debug_shows_the_trace(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert f"\nerror: no project in {tmp_path}" in done.stderr


def test_a_reader_that_goes_away_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    program = f"{PROGRAM}sys.exit(run(['status', '--json']))"
    pipe = f'{sys.executable} -c "{program}" | true; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", pipe], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
