"""A Kafka source as Flink gets it: its records, those that are rows of the table, and its dead letters.

The table that an analyst declares, ``events``, becomes three objects:

- ``events$records``, read by tally's own connector: one row a record, and in a column more the dead letter of a record
  that is no row;
- the view ``events``: the rows without a dead letter, with the columns that were declared;
- ``events$dead``, the sink of the dead letters. A deletion that the source skips has a letter as well, so that whoever
  counts records sees it, but is not written.

So bad records leave a job by way of its own plan, and Flink's checkpoints cover them like any row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tally.planning.sinks import UNSET, quoted, text
from tally.project import Statement, lex
from tally.project.lexer import Token

DELIVERY = "dead-letter.delivery-guarantee"
CLOCK = "event-time.clock"
CLOCK_DELAY = "event-time.clock-delay"
DEFAULT_CLOCK_DELAY = "5 s"
CLOCK_GROUP = "event-time.clock-group"
RECORDS_CONNECTOR = "tally-kafka"
UPSERTS_CONNECTOR = "tally-upsert-kafka"
LETTER = "$dead"
LETTER_METADATA = "dead-letter"
# Of the connector's metadata column 'dead-letter'.
LETTER_TYPE = (
    "ROW<`key` BYTES, `value` BYTES, `headers` ARRAY<ROW<`name` STRING NOT NULL, `value` BYTES> NOT NULL> NOT NULL, "
    "`topic` STRING NOT NULL, `partition` INT NOT NULL, `offset` BIGINT NOT NULL, `timestamp` BIGINT NOT NULL, "
    "`reason` STRING NOT NULL, `error` STRING NOT NULL>"
)
# The reason in the letter of a deletion that the source skips.
SKIPPED = "skipped"
# A message of these is any number of changes, so a bad one has no row to travel in: it stops the job.
_CHANGELOG_FORMATS = frozenset(
    {"canal-json", "debezium-avro-confluent", "debezium-json", "maxwell-json", "ogg-json"}
)
_FORMAT_KEYS = ("format", "key.format", "value.format")
_CONSUMER_PROPERTIES = frozenset(
    f"properties.{name}"
    for name in ("group.id", "auto.offset.reset", "isolation.level", "enable.auto.commit")
)


def is_routed(options: Mapping[str, str]) -> bool:
    """Tell whether dead letters of a table with these options are routed: a Kafka table of plain rows."""
    formats = {options[key] for key in _FORMAT_KEYS if key in options}
    return options.get("connector") == "kafka" and not formats & _CHANGELOG_FORMATS


def clock_delay(options: Mapping[str, str]) -> str:
    """Return how far event time stays behind the present by the clock, as written; empty where only events move it."""
    goes_on = options.get(CLOCK, "true").lower() == "true"
    return options.get(CLOCK_DELAY, DEFAULT_CLOCK_DELAY) if goes_on else ""


def read_options(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a table that is read as it is declared: one of changes by key by tally's own connector."""
    changed = {"connector": UPSERTS_CONNECTOR} if options.get("connector") == "upsert-kafka" else {}
    return {**options, **changed}


def records_table(source: str) -> str:
    """Return the name of the Flink table that reads a source's records."""
    return f"{source}$records"


def source_of(table: str) -> str:
    """Return the name of the source behind a Flink table that a plan reads."""
    return table.removesuffix("$records")


def dead_table(source: str) -> str:
    """Return the name of the Flink table that writes a source's dead letters."""
    return f"{source}$dead"


def records_options(source: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of ``records_table``, from those of the source; JSON is decoded by tally's own decoder."""
    options = {key: value for key, value in options.items() if key != DELIVERY}
    strict = {key: "tally-json" for key in _FORMAT_KEYS if options.get(key) == "json"}
    renamed = {_strict_key(key): value for key, value in options.items()}
    return {**renamed, **strict, "connector": RECORDS_CONNECTOR, "dead-letter.table": source}


def _strict_key(key: str) -> str:
    for prefix in ("json.", "key.json.", "value.json."):
        if key.startswith(prefix):
            return key.replace("json.", "tally-json.", 1)
    return key


def create_view(source: str, columns: Iterable[str]) -> str:
    """Return the CREATE VIEW of the rows of a source."""
    names = ", ".join(map(quoted, columns))
    records = quoted(records_table(source))
    return f"CREATE TEMPORARY VIEW {quoted(source)} AS SELECT {names} FROM {records} WHERE {quoted(LETTER)} IS NULL"


def create_dead(source: str, options: Mapping[str, str]) -> str:
    """Return the CREATE TABLE of a source's dead letters; the connection is the source's."""
    connection = {key: value for key, value in options.items() if key.startswith("properties.")}
    written = {
        "connector": "tally-dead-letters",
        "table": source,
        "sink.transactional-id-prefix": UNSET,
        **{key: value for key, value in connection.items() if key not in _CONSUMER_PROPERTIES},
    }
    if DELIVERY in options:
        written["sink.delivery-guarantee"] = options[DELIVERY]
    listed = ", ".join(f"{text(key)} = {text(value)}" for key, value in written.items())
    return f"CREATE TABLE {quoted(dead_table(source))} (`letter` {LETTER_TYPE} NOT NULL) WITH ({listed})"


def insert_dead(source: str) -> str:
    """Return the INSERT of a source's dead letters."""
    records, letter = quoted(records_table(source)), quoted(LETTER)
    # Unknown, and so left out, where there is no letter.
    dead = f"{records}.{letter}.`reason` <> {text(SKIPPED)}"
    return f"INSERT INTO {quoted(dead_table(source))} SELECT {letter} FROM {records} WHERE {dead}"


def written_tables(statements: Iterable[Statement]) -> set[str]:
    """Return the names of the tables that INSERT statements write."""
    return {name for statement in statements for name in _targets(statement.text)}


def _targets(sql: str) -> Iterator[str]:
    words = [token for token in lex(sql) if token.kind != "comment"]
    for at in range(len(words) - 2):
        if words[at].keyword == "INSERT" and words[at + 1].keyword in {"INTO", "OVERWRITE"}:
            yield _last_name(words[at + 2 :])


def _last_name(path: Sequence[Token]) -> str:
    """Return ``c`` of a path ``a.b.c`` that other tokens may follow."""
    name = 0
    while name + 2 < len(path) and path[name + 1].text == ".":
        name += 2
    return path[name].text.strip("`").replace("``", "`")
