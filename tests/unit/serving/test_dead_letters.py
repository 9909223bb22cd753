from dataclasses import dataclass
from datetime import datetime, timezone

import pytest

from tally.serving.dead_letters import DeadLetter, Place, Places, letter_of
from tally.serving.dead_selection import Selection, Sieve
from tally.serving.dead_summary import Died

OWN = [
    ("tally.topic", b"orders"),
    ("tally.partition", b"3"),
    ("tally.offset", b"12"),
    ("tally.timestamp", b"1735732800000"),
    ("tally.table", b"orders"),
    ("tally.reason", b"missing"),
    ("tally.error", "column größe".encode()),
]


@dataclass
class Message:
    """What the Kafka client hands over."""

    all_headers: list | None
    a_key: bytes | None = None
    a_value: bytes | None = None

    def headers(self):
        return self.all_headers

    def key(self):
        return self.a_key

    def value(self):
        return self.a_value


def letter(offset=12, reason="missing", timestamp=1000, table="orders"):
    return DeadLetter(Place("orders", 3, offset), timestamp, table, reason, "", None, None, ())


def test_a_letter_is_its_original_and_why_it_died():
    own = [("trace", b"1"), ("trace", None)]

    assert letter_of(Message([*own, *OWN], b"k", b"")) == DeadLetter(
        Place("orders", 3, 12),
        1735732800000,
        "orders",
        "missing",
        "column größe",
        b"k",
        b"",
        (("trace", b"1"), ("trace", None)),
    )


def test_the_last_headers_are_tallys():
    died_before = [(name, b"0") for name, _ in OWN]
    for before in (died_before, OWN[3:], [*OWN, ("x", b"")]):
        found = letter_of(Message([*before, *OWN]))
        assert (found.place, found.reason, found.headers) == (
            Place("orders", 3, 12),
            "missing",
            tuple(before),
        )


def test_the_order_of_tallys_headers_does_not_matter():
    assert letter_of(Message(OWN[::-1])) == letter_of(Message(OWN))


@pytest.mark.parametrize(
    "headers",
    [
        None,
        [],
        OWN[1:],
        [*OWN, ("behind", b"x")],
        [*OWN[:6], ("tally.reason", b"twice")],
        *([*OWN[:number], (OWN[number][0], b"x"), *OWN[number + 1 :]] for number in (1, 2, 3)),
        [*OWN[:6], ("tally.error", b"\xff")],
        [*OWN[:1], ("tally.partition", None), *OWN[2:]],
    ],
)
def test_what_tally_did_not_write_is_no_letter(headers):
    assert letter_of(Message(headers)) is None


def test_a_message_may_have_had_no_timestamp():
    assert letter_of(Message([*OWN[:3], ("tally.timestamp", b"-1"), *OWN[4:]])).timestamp is None


@pytest.mark.parametrize(
    "written", [b"orders", b"default_catalog.default_database.orders", b"`c`.`d`.`orders`"]
)
def test_a_table_is_known_by_its_own_name(written):
    assert letter_of(Message([*OWN[:4], ("tally.table", written), *OWN[5:]])).table == "orders"


def test_places_are_a_set():
    places = Places()
    assert places.add(Place("t", 0, 1))
    assert places.add(Place("t", 1, 1))
    assert places.add(Place("u", 0, 1))
    assert not places.add(Place("t", 0, 1))
    assert Place("t", 0, 2) not in places


def test_each_record_passes_once_or_is_counted_as_one_thing():
    since = datetime.fromtimestamp(1, timezone.utc)
    sieve = Sieve(Selection("orders", frozenset({"missing"}), since))
    records = [
        letter(1),
        letter(1),
        letter(2, "undecodable"),
        letter(2, "undecodable"),
        letter(3, timestamp=999),
        letter(4, timestamp=None),
        letter(1, table="returns"),
        None,
    ]

    assert [sieve.takes(record) for record in records] == [True] + [False] * 7
    passed = sieve.passed
    assert (passed.duplicates, passed.unselected, passed.other_tables, passed.foreign) == (
        2,
        3,
        {"returns": 1},
        1,
    )


def test_the_newest_are_kept_in_order():
    died = Died()
    letters = [letter(offset, timestamp=stamp) for offset, stamp in enumerate([5, None, 9, 7, 9])]
    for one in letters:
        died.add(one, 3)
    assert died == Died(5, [letters[3], letters[2], letters[4]])
    few = Died()
    few.add(letters[0], 3)
    few.add(letters[1], 3)
    assert few.samples == [letters[1], letters[0]]
    none = Died()
    none.add(letters[0], 0)
    assert none == Died(1, [])
