"""Questions to a cluster's REST API fit what its server takes."""

from __future__ import annotations

from urllib.parse import quote

from tally.running.rest import MAX_QUESTION, questions

NAMES = [f"LocalWindowAggregate[{number}].currentInputWatermark" for number in range(300)]


def test_few_names_are_one_question() -> None:
    assert questions(["a.numRecordsIn", "b[2].numRecordsOut"]) == ["a.numRecordsIn,b[2].numRecordsOut"]


def test_no_question_is_longer_than_the_server_takes() -> None:
    asked = questions(NAMES)

    assert all(len(quote(question, safe="")) <= MAX_QUESTION for question in asked)
    assert [name for question in asked for name in question.split(",")] == NAMES
    assert len(asked) == 5


def test_a_name_that_is_too_long_by_itself_is_asked_alone() -> None:
    assert questions(["a", "x" * 5000, "b"]) == ["a", "x" * 5000, "b"]
