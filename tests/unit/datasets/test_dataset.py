"""What holds for every data set, and what is said of one that is not there."""

import json
import re
from itertools import islice
from pathlib import Path

import pytest

from tally.datasets import DATASETS, dataset
from tally.datasets.errors import DataPackageMissing, FeedFailed, UnknownDataset
from tally.datasets.packages import package_file


@pytest.mark.parametrize("name", DATASETS)
def test_fields_are_documented_in_the_order_in_which_they_are_sent(loaded, name):
    chosen = loaded[name]
    for record in chosen.records(100):
        assert list(json.loads(record.value)) == list(chosen.fields)
    assert {chosen.key, "event_ms"} <= set(chosen.fields)


@pytest.mark.parametrize("chosen", DATASETS.values(), ids=list(DATASETS))
def test_a_shipped_source_reads_its_topic_with_its_fields_alone(chosen):
    (source,) = [
        text
        for file in Path("sql/sources").glob("*.sql")
        if f"'topic' = '{chosen.topic}'" in (text := file.read_text("utf-8"))
    ]
    physical = re.findall(
        r"^  (\w+) (?:STRING|INT|BIGINT|DOUBLE|DECIMAL\([\d, ]+\))(?! METADATA)", source, re.M
    )
    assert physical == list(chosen.fields)


def test_a_limit_gives_the_first_records():
    records = list(DATASETS["purchases"].records(10))
    assert records == list(islice(DATASETS["purchases"].records(), 10))
    assert len(records) == 10


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownDataset) as error:
        dataset("flihgts")
    assert str(error.value) == "unknown data set 'flihgts'\nhint: did you mean 'flights'?"
    with pytest.raises(UnknownDataset) as error:
        dataset("weather")
    assert str(error.value) == "unknown data set 'weather'\nhint: use one of: sessions, flights, purchases"
    assert error.value.exit_code == 2


@pytest.mark.parametrize("package", ["nosuchpackage", "json"])
def test_a_package_that_is_not_there_or_lacks_the_file_says_how_to_install_it(package):
    with pytest.raises(DataPackageMissing) as error:
        package_file(package, "data/flights.csv")
    assert str(error.value) == (
        f"package '{package}' with its file 'data/flights.csv' is not installed\n"
        "hint: pip install 'tally[demo]'"
    )


def test_a_failed_feed_says_what_the_topic_holds_now():
    assert str(FeedFailed("purchases", 12, "Broker: Message size too large")) == (
        "feeding topic 'purchases' failed after 12 records: Broker: Message size too large\n"
        "hint: the topic holds part of the data set; `tally down --wipe` empties the local broker"
    )
