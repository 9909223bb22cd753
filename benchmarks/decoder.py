"""``python -m benchmarks decoder``: tally's JSON decoder and Flink's, one thread, the same messages."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from benchmarks.figures import spread
from benchmarks.results import save, show_rows
from benchmarks.servers import scratch
from benchmarks.sink.java import class_path, compiled, tool

CONTENDERS = {
    "tally": "io.tally.connectors.json.JsonFormatFactory",
    "flink-json": "org.apache.flink.formats.json.JsonFormatFactory",
}
_MESSAGES = 1_000
_WORDS = ("sphinx", "of black", "quartz", "judge my", "vow")
_FOREIGN = ("Ångström", "naïve", "\u6771\u4eac")
_HEAP = ("-Xmx512m", "-XX:+UseSerialGC")
_Message = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """Messages, and the columns that are declared of them.

    Attributes:
        columns: of the table, as Flink's ROW type has them.
        message: makes one of a random number generator.
        times: format of TIMESTAMP columns.
    """

    columns: str
    message: Callable[[random.Random], _Message]
    times: str = "SQL"

    def messages(self) -> list[str]:
        """Return some JSON messages, the same ones each time."""
        chance = random.Random(1)
        return [json.dumps(self.message(chance), ensure_ascii=False) for _ in range(_MESSAGES)]


def _small(chance: random.Random) -> _Message:
    return {
        "user": f"u{chance.randrange(1000)}",
        "amount": chance.randrange(10_000),
        "at": 1_700_000_000_000 + chance.randrange(10**9),
    }


def _payment(chance: random.Random, words: Sequence[str] = _WORDS) -> _Message:
    return {
        **_small(chance),
        "price": chance.randrange(10**6) / 100,
        "currency": chance.choice(("EUR", "USD", "JPY")),
        "description": " ".join(chance.choice(words) for _ in range(20)),
        "is_new": chance.random() < 0.5,
    }


def _foreign_payment(chance: random.Random) -> _Message:
    return _payment(chance, (*_WORDS, *_FOREIGN))


def _wide(chance: random.Random) -> _Message:
    fields: dict[str, object] = dict(_small(chance))
    for number in range(37):
        fields[f"field_{number}"] = (
            f"value {chance.randrange(10**6)}" if number % 2 else chance.randrange(10**6)
        )
    # The declared ones spread over the message, in the same order in every run.
    return dict(sorted(fields.items(), key=lambda field: crc32(field[0].encode())))


def _iso(chance: random.Random) -> _Message:
    second = f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}"
    return {
        **_small(chance),
        "at": f"2026-11-{chance.randrange(1, 29):02d}T{second}.{chance.randrange(1000):03d}",
    }


_SMALL = "`user` STRING, `amount` INT, `at` BIGINT"
_PAYMENT = f"{_SMALL}, `price` DECIMAL(10, 2), `currency` STRING, `description` STRING, `is_new` BOOLEAN"
CASES = {
    "50 B, 3 columns": Case(_SMALL, _small),
    "250 B, 7 of 7 columns": Case(_PAYMENT, _payment),
    "the same, some text not ASCII": Case(_PAYMENT, _foreign_payment),
    "250 B, 3 of 7 columns": Case(_SMALL, _payment),
    "1 KB, 5 of 40 columns": Case(f"{_SMALL}, `field_7` STRING, `field_20` INT", _wide),
    "65 B, 3 columns, an ISO-8601 time": Case(
        "`user` STRING, `amount` INT, `at` TIMESTAMP(3)", _iso, "ISO-8601"
    ),
}


def decoder(repeats: int, seconds: float, out: Path) -> None:
    """Measure all cases, print a table and write the JSON.

    Args:
        repeats: of each contender, by turns, each in a JVM of its own.
        seconds: that a run measures; as many go before it.
        out: folder of the results.

    Raises:
        RuntimeError: a contender failed, or the two decode the first message differently.
    """
    with scratch() as folder:
        classes = compiled(folder)
        measured = {name: _measured(classes, name, (repeats, seconds)) for name in CASES}
    save(out, "decoder", measured)
    rows = []
    for name, rates in measured.items():
        ratios = [ours / theirs for ours, theirs in zip(rates["tally"], rates["flink-json"], strict=True)]
        rows.append(
            (name, *(spread(rates[who]).text() for who in CONTENDERS), spread(ratios).text(2)),
        )
    columns = ("", *(f"{who}: rows per CPU-second" for who in CONTENDERS), "ratio")
    show_rows(f"decoding JSON, one thread, {repeats} repeats", columns, rows)


def _measured(classes: Path, name: str, plan: tuple[int, float]) -> dict[str, list[float]]:
    repeats, seconds = plan
    case = CASES[name]
    messages = case.messages()
    file = classes / "messages.txt"
    file.write_text("\n".join(messages), "utf-8")
    print(f"{name}: {sum(len(one.encode()) for one in messages) / _MESSAGES:.0f} bytes a message")
    rates: dict[str, list[float]] = {who: [] for who in CONTENDERS}
    for _ in range(repeats):
        runs = {who: _run(classes, (factory, case), file, seconds) for who, factory in CONTENDERS.items()}
        if len({row for _, row in runs.values()}) > 1:
            raise RuntimeError(f"{name}: decoded differently: {runs}")
        for who, (rate, _) in runs.items():
            rates[who].append(rate)
    return rates


def _run(classes: Path, what: tuple[str, Case], file: Path, seconds: float) -> tuple[float, str]:
    """Return rows per CPU-second of the decoding thread, and the first row."""
    factory, case = what
    command = (tool("java"), *_HEAP, "-cp", class_path(classes), "DecoderLoop", factory)
    arguments = (f"ROW<{case.columns}>", case.times, str(file), str(seconds))
    done = subprocess.run((*command, *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{factory} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    count, nanoseconds, row = done.stdout.splitlines()[-1].split(" ", 2)
    return int(count) / int(nanoseconds) * 1e9, row
