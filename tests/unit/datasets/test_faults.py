"""Faulty records: as many of each kind as is said, the same in every run."""

import json
from collections import Counter

import pytest

from tally.datasets import DATASETS
from tally.datasets.faults import FAULTS, faults_of

CENTURY_MS = 100 * 365 * 86_400_000


def kind(original, faulty):
    """Return what was done to a record."""
    try:
        event = json.loads(faulty.value)
    except ValueError:
        return "cut" if original.value.startswith(faulty.value) else "other"
    whole = json.loads(original.value)
    if event == whole:
        return "late"
    if event == {**whole, "event_ms": whole["event_ms"] + CENTURY_MS}:
        return "ahead"
    missing = whole.keys() - event.keys()
    return "incomplete" if len(missing) == 1 and event.items() <= whole.items() else "other"


@pytest.mark.parametrize("name", DATASETS)
def test_a_quarter_is_of_each_kind_and_keyed_like_its_event(name):
    dataset = DATASETS[name]
    originals, faulty = list(dataset.records(FAULTS)), list(faults_of(dataset).records())
    assert [one.key for one in faulty] == [one.key for one in originals]
    assert Counter(map(kind, originals, faulty)) == dict.fromkeys(("cut", "incomplete", "ahead", "late"), 100)
    assert faults_of(dataset).size == len(faulty) == FAULTS


def test_fewer_can_be_had():
    assert len(list(faults_of(DATASETS["sessions"]).records(3))) == 3
