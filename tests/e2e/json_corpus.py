"""The corpus of the JSON decoder's own tests, grouped by table, and the SQL that sends it through a whole job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path("jars/connectors/src/test/resources/json")
OPENING, CLOSING = "([{<", ")]}>"
SOURCE = """
CREATE TABLE {name} (
  {columns},
  kafka_p INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  kafka_o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL
) WITH ('connector' = 'kafka', 'topic' = '${{T}}-{name}', 'format' = 'json', 'dead-letter.max-share' = '1'{options});
"""
# One aggregate over all tables: each of its own would take a minute more.
SEEN = """
CREATE MATERIALIZED TABLE seen (PRIMARY KEY (declared, kafka_p, kafka_o) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT declared, kafka_p, kafka_o, COUNT(*) AS times, MAX(texts) AS texts FROM ({rows})
GROUP BY declared, kafka_p, kafka_o;
"""
NULL, BETWEEN = "<null>", "¦"


@dataclass(frozen=True)
class Case:
    """A message and what becomes of it: ``error`` with kind and text, or ``row`` with the row as text."""

    message: bytes | None
    outcome: str

    @property
    def error(self) -> tuple[str, ...]:
        """Kind and text; empty where it becomes a row."""
        word, kind, text = f"{self.outcome} ".split(" ", 2)
        return (kind, text.removesuffix(" ")) if word == "error" else ()

    @property
    def row(self) -> list[str]:
        """The row's values as the corpus writes them."""
        return list(split(self.outcome.removeprefix("row (").removesuffix(")")))


@dataclass
class Table:
    """Declared columns with options of the format, and the cases of both files."""

    name: str
    columns: str
    options: tuple[str, ...]
    cases: list[Case] = field(default_factory=list)

    @property
    def declared(self) -> list[tuple[str, str]]:
        """Return name and type of each column."""
        pairs = (column.split(" ", 1) for column in split(self.columns))
        return [(name, kind) for name, kind in pairs]

    def source(self) -> str:
        """Return the statement of the source."""
        pairs = (option.split(" = ") for option in self.options)
        options = "".join(f", 'json.{key}' = '{value}'" for key, value in pairs)
        return SOURCE.format(name=self.name, columns=self.columns, options=options)

    def select(self) -> str:
        """Return the query for the table's name, where each record stood, and its values as text."""
        texts = (f"COALESCE(CAST({name} AS STRING), '{NULL}')" for name, _ in self.declared)
        joined = f" || '{BETWEEN}' || ".join(texts)
        return f"SELECT '{self.name}' AS declared, kafka_p, kafka_o, {joined} AS texts FROM {self.name}"

    def values(self, case: Case) -> tuple[str | None, ...]:
        """Return the values of a row as Flink writes them in a cast to STRING, cleaned."""
        kinds = (kind for _, kind in self.declared)
        return tuple(as_cast(kind, value) for kind, value in zip(kinds, case.row, strict=True))

    def cleaned(self, texts: str | None) -> tuple[str | None, ...]:
        """Return the values of a row that the job made, without what does not tell values apart."""
        # Where a value is null that must not be, all that is joined with it may be lost: a row that no case has.
        typed = zip((kind for _, kind in self.declared), (texts or "").split(BETWEEN), strict=False)
        return tuple(None if text == NULL else _clean(kind, text) for kind, text in typed)


def aggregate(every: Sequence[Table]) -> str:
    """Return the aggregate with a row for each record: how often it came, and its values."""
    return SEEN.format(rows="\nUNION ALL ".join(table.select() for table in every))


def tables() -> list[Table]:
    """Return the tables of the corpus; the cases of one table are together, whatever their file."""
    found: dict[tuple[str, ...], Table] = {}
    for file in ("malformed.txt", "valid.txt"):
        for header, case in _cases((CORPUS / file).read_text("utf-8")):
            table = found.setdefault(header, Table(f"t{len(found)}", header[0], header[1:]))
            table.cases.append(case)
    return list(found.values())


def _cases(text: str) -> Iterator[tuple[tuple[str, ...], Case]]:
    header: tuple[str, ...] = ()
    message: bytes | None = None
    for line in text.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "table":
            header = tuple(rest.split(" | "))
        elif word == "message":
            message = None if rest == "null" else _bytes(rest)
        elif word in ("error", "row"):
            yield header, Case(message, line)


def _bytes(text: str) -> bytes:
    """Return a message with the bytes that stand in hexadecimal between ⟨ and ⟩."""
    parts = re.split("⟨([0-9A-F ]*)⟩", text)
    return b"".join(bytes.fromhex(part) if at % 2 else part.encode("utf-8") for at, part in enumerate(parts))


def split(text: str) -> Iterator[str]:
    """Yield what commas part, where they stand in no quotes and no brackets."""
    depth, quoted, begin = 0, False, 0
    for at, sign in enumerate(text):
        quoted ^= sign == "'"
        if not quoted:
            depth += (sign in OPENING) - (sign in CLOSING)
        if sign == "," and not depth and not quoted:
            yield text[begin:at].strip()
            begin = at + 1
    yield text[begin:].strip()


def as_cast(kind: str, value: str) -> str | None:
    """Return a value that the corpus writes as Flink's cast to STRING does, cleaned."""
    if value == "null":
        return None
    if kind.startswith(("BYTES", "BINARY", "VARBINARY")):
        return _clean(kind, bytes.fromhex(value[2:-1]).decode("utf-8", "replace"))
    if kind.startswith(("STRING", "VARCHAR", "CHAR")):
        return value[1:-1]
    if kind.startswith("TIME"):
        return _clean(kind, value.replace("T", " ") + ":00" * (value.count(":") == 1))
    if kind.startswith("BOOLEAN"):
        return value.upper()
    return _clean(kind, value.replace("'", "").replace("null", "NULL"))


def _clean(kind: str, text: str) -> str:
    if kind.startswith("TIME"):  # as many zeros as its precision has digits
        return re.sub(r"\.(\d*?)0*$", lambda m: f".{m[1]}" if m[1] else "", text)
    if kind.startswith("MAP"):  # in no order
        return "{" + ", ".join(sorted(split(text[1:-1]))) + "}"
    return re.sub(r"[\x00-\x1f\x7f]", lambda control: f"\\u{ord(control[0]):04x}", text)
