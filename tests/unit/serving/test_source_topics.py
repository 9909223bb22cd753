import json

import pytest

from tally.errors import Span
from tally.planning.job import Source
from tally.serving.dead_errors import SourceWithoutLateRows, SourceWithoutTopic
from tally.serving.source_topics import late_topic_of, topics_of


@pytest.fixture
def root(tmp_path):
    (tmp_path / "sql" / "sources").mkdir(parents=True)
    (tmp_path / "sql" / "sources" / "orders.sql").write_text("CREATE TABLE orders ...", "utf-8")
    return tmp_path


def source(topic, *, routed=True):
    return lambda: Source("orders", topic, (), Span("sql/sources/orders.sql", 1, 1), is_routed=routed)


def never():
    raise AssertionError("resolved again")


def test_topics_are_kept_while_the_project_stays_as_it_is(root):
    assert topics_of(root, "orders", source("a;b")) == ("a", "b")
    assert topics_of(root, "orders", never) == ("a", "b")
    assert topics_of(root, "returns", source("c")) == ("c",)
    assert topics_of(root, "orders", never) == ("a", "b")

    (root / "sql" / "sources" / "orders.sql").write_text("changed", "utf-8")
    assert topics_of(root, "orders", source("d")) == ("d",)
    assert topics_of(root, "returns", source("e")) == ("e",)
    assert [path.name for path in (root / ".tally").iterdir()] == ["sources.json"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"fingerprint": 1}', b"\xff", {"topics": {"orders": ["z"]}}]
)
def test_what_cannot_be_read_is_resolved_again(root, content):
    topics_of(root, "orders", source("a"))
    file = root / ".tally" / "sources.json"
    if isinstance(content, dict):  # of the right files, but as they were once kept
        content = json.dumps(
            {**content, "fingerprint": json.loads(file.read_bytes())["fingerprint"]}
        ).encode()
    file.write_bytes(content)
    assert topics_of(root, "orders", source("b")) == ("b",)


def test_a_source_without_topic_is_named_with_its_place(root):
    with pytest.raises(SourceWithoutTopic) as refused:
        topics_of(root, "orders", source(""))
    assert str(refused.value) == (
        "sql/sources/orders.sql:1:1: source 'orders' names no topic, so it is not known where its dead letters are\n"
        "hint: only sources with the option 'topic' have dead letters that can be found"
    )
    # That it has none is known now; its late rows have a topic all the same.
    with pytest.raises(SourceWithoutTopic):
        topics_of(root, "orders", never)
    assert late_topic_of(root, "orders", never) == "orders.late"


def test_late_rows_of_several_topics_are_on_that_of_the_first(root):
    assert late_topic_of(root, "orders", source("a;b")) == "a.late"
    assert topics_of(root, "orders", never) == ("a", "b")


@pytest.mark.parametrize("topic", ["", "a"])
def test_a_source_without_late_rows_is_named_with_its_place(root, topic):
    with pytest.raises(SourceWithoutLateRows) as refused:
        late_topic_of(root, "orders", source(topic, routed=False))
    assert str(refused.value) == (
        "sql/sources/orders.sql:1:1: source 'orders' has no topic of late rows\n"
        "hint: only sources with 'connector' = 'kafka' and a format of rows, not of changes, have late rows"
    )
