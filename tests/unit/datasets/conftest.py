"""The events of each data set, made once: flights alone take some seconds."""

from dataclasses import replace

import pytest

from tally.datasets import DATASETS


@pytest.fixture(scope="session")
def loaded():
    """Each data set with its events in memory, by name."""
    return {name: _loaded(chosen) for name, chosen in DATASETS.items()}


def _loaded(chosen):
    events = list(chosen.events())
    return replace(chosen, events=lambda: iter(events))
