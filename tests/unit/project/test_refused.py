"""Each folder of tests/projects/refused is a project that cannot be loaded; expected.txt holds all that is said."""

from pathlib import Path

import pytest

from tally.errors import ProjectErrors
from tally.project import load_project

CASES = sorted(path.parent for path in Path("tests/projects/refused").glob("*/expected.txt"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_refused_project_says_every_mistake_with_its_place(folder):
    with pytest.raises(ProjectErrors) as refused:
        load_project(folder, {})

    assert f"{refused.value}\n" == (folder / "expected.txt").read_text("utf-8")
    assert refused.value.exit_code == 2
