from dataclasses import dataclass

import pytest

from tally.errors import ProjectError, ProjectErrors, Span, TallyError, nearest, nearest_hint


@dataclass(eq=False)
class Broken(TallyError):
    name: str
    span: Span | None = None

    @property
    def message(self):
        return f"'{self.name}' is broken"


@dataclass(eq=False)
class Misspelt(ProjectError):
    name: str
    span: Span | None = None

    @property
    def message(self):
        return f"unknown thing '{self.name}'"

    @property
    def hint(self):
        return nearest_hint(self.name, ("cassandra", "kafka"))


def test_an_error_is_place_message_and_hint():
    error = Misspelt("cassandar", Span("sql/a.sql", 3, 14))
    assert str(error) == "sql/a.sql:3:14: unknown thing 'cassandar'\nhint: did you mean 'cassandra'?"


def test_without_place_and_hint_an_error_is_its_message():
    assert str(Broken("x")) == "'x' is broken"


def test_errors_at_run_time_and_errors_of_the_project_have_their_own_exit_codes():
    assert (Broken("x").exit_code, Misspelt("x").exit_code, ProjectErrors([]).exit_code) == (1, 2, 2)


def test_several_errors_are_told_one_after_the_other():
    errors = ProjectErrors([Misspelt("kafak", Span("a.sql", 1, 2)), Broken("x")])
    assert str(errors) == "a.sql:1:2: unknown thing 'kafak'\nhint: did you mean 'kafka'?\n'x' is broken"
    assert [error.name for error in errors.errors] == ["kafak", "x"]


def test_an_error_without_message_is_a_mistake_of_ours():
    with pytest.raises(AssertionError, match="TallyError has no message"):
        str(TallyError())


def test_places_are_ordered_by_file_line_and_column():
    places = [Span("b", 1, 1), Span("a", 2, 1), Span("a", 1, 9), Span("a", 1, 10)]
    assert [str(place) for place in sorted(places)] == ["a:1:9", "a:1:10", "a:2:1", "b:1:1"]


@pytest.mark.parametrize(
    ("name", "legal", "near"),
    [
        ("kafak", ("cassandra", "kafka"), "kafka"),
        ("KAFKA", ("cassandra", "kafka"), "kafka"),
        ("flightevents", ("flight_events", "purchases"), "flight_events"),
        ("x", ("cassandra", "kafka"), None),
        ("x", (), None),
    ],
)
def test_the_nearest_name_is_the_most_alike_whatever_its_case(name, legal, near):
    assert nearest(name, legal) == near


@pytest.mark.parametrize(
    ("name", "legal", "hint"),
    [
        ("Sales", ("SALES", "other"), "did you mean 'SALES'?"),
        ("x", ("sales", "other"), "use one of: sales, other"),
        ("x", (), "there are none"),
    ],
)
def test_a_hint_names_the_nearest_or_all(name, legal, hint):
    assert nearest_hint(name, iter(legal)) == hint
