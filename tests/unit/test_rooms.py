"""Each room keeps to what its docstring says, and to the rules that hold for all.

A room is a package of tally. Its docstring says what comes ``In:``, what goes ``Out:`` and what it
``May not import:``: rooms of tally or other packages, by comma, up to the full stop. Where a module of a room may be
imported all the same, it stands in brackets and double backticks: ``planning (except its data, ``planning.job``)``.
"""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TALLY = Path("tally")
ROOMS = sorted(path.parent.name for path in TALLY.glob("*/__init__.py"))
FILES = sorted(path for folder in ("tally", "jobs", "udfs") for path in Path(folder).rglob("*.py"))

# The command line calls every room.
IMPORTS_ALL = {"cli"}

ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv")
PRINTING = ("builtins.print", "sys.stdout", "sys.stderr", "rich", "click", "tqdm")
PROCESSES = (
    *(
        "subprocess",
        "multiprocessing",
        "pty",
        "os.system",
        "os.popen",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
    ),
    *(
        "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell",
        "concurrent.futures.ProcessPoolExecutor",
    ),
    *(
        f"os.{call}{kind}"
        for call in ("exec", "spawn")
        for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
    ),
)
FLINK = ("pyflink", "py4j")


@dataclass(frozen=True)
class Rule:
    """What only some files may use."""

    names: tuple[str, ...]
    only_in: tuple[str, ...]


RULES = {
    "environment": Rule(ENVIRONMENT, ("tally/settings.py",)),
    "printing": Rule(PRINTING, ("tally/cli/",)),
    "processes": Rule(PROCESSES, ("tally/stack/",)),
    "flink": Rule(
        FLINK, ("tally/planning/", "tally/running/", "tally/templates/project/udfs/", "jobs/", "udfs/")
    ),
    "tally": Rule(("tally",), ("tally/", "jobs/")),
}


def uses(text, package):
    """Every dotted name that a module imports or reaches through an import, with its line.

    Args:
        text: source of the module.
        package: dotted name of its package, for relative imports.
    """
    tree = ast.parse(text)
    known = {"print": "builtins.print"}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.append((alias.name, node.lineno))
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                found.append((f"{module}.{alias.name}", node.lineno))
                known[alias.asname or alias.name] = f"{module}.{alias.name}"
    found += [(name, node.lineno) for node in ast.walk(tree) if (name := dotted(node, known))]
    return found


def dotted(node, known):
    """The full name of ``a.b.c`` where ``a`` is known; None for all else."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, known)
        return f"{base}.{node.attr}" if base else None
    return None


def is_one_of(name, prefixes):
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def uses_of(path):
    return uses(path.read_text("utf-8"), ".".join(path.parent.parts))


def docstring_of(room):
    return ast.get_docstring(ast.parse((TALLY / room / "__init__.py").read_text("utf-8"))) or ""


def forbidden(docstring):
    """What a docstring forbids, and the modules that it excepts; None where it does not say."""
    match = re.search(r"May not import: ((?:[^.`]|``[^`]*``)*)\.", docstring)
    if match is None:
        return None
    excepted = re.findall(r"``([^`]*)``", match[1])
    names = re.sub(r"\([^)]*\)", "", match[1]).replace("\n", " ").split(",")
    return [full(name.strip()) for name in names], [full(name) for name in excepted]


def full(name):
    return f"tally.{name}" if name.split(".")[0] in ROOMS or name == "recount" else name


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_comes_in_what_goes_out_and_what_it_may_not_import(room):
    docstring = docstring_of(room)
    assert "\nIn: " in docstring
    assert " Out: " in docstring
    assert room in IMPORTS_ALL or forbidden(docstring), "write `May not import: ...` into its docstring"


@pytest.mark.parametrize("room", sorted(set(ROOMS) - IMPORTS_ALL))
def test_a_room_imports_nothing_that_its_docstring_forbids(room):
    names, excepted = forbidden(docstring_of(room))
    assert [
        f"{path}:{line}: {name}"
        for path in sorted((TALLY / room).rglob("*.py"))
        for name, line in uses_of(path)
        if is_one_of(name, names) and not is_one_of(name, excepted)
    ] == []


def test_no_two_rooms_import_each_other_directly_or_through_others():
    imports = {
        room: {
            name.split(".")[1]
            for path in (TALLY / room).rglob("*.py")
            for name, _ in uses_of(path)
            # Planning's data is what all rooms share.
            if name.startswith("tally.")
            and not is_one_of(name, ("tally.planning.job", "tally.planning.plan"))
        }
        & set(ROOMS) - {room}
        for room in ROOMS
    }
    while free := [room for room in imports if not imports[room] & set(imports)]:
        for room in free:
            del imports[room]
    assert imports == {}


@pytest.mark.parametrize(
    "module",
    ["project", "planning.job", "planning.plan", "serving", "stack", "datasets", "settings", "jobs", "cli"],
)
def test_what_needs_no_jvm_loads_no_flink(module):
    program = f"import sys, tally.{module}; print(sorted({{'pyflink', 'py4j'}} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_what_only_some_rooms_may_use_is_used_in_no_other(rule):
    assert [
        f"{path}:{line}: {name}"
        for path in FILES
        if not path.as_posix().startswith(rule.only_in)
        for name, line in uses_of(path)
        if is_one_of(name, rule.names)
    ] == []


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("import os\nx = os.environ['A']", "environment", 2),
        ("import os as o\nx = o.environ.get('A')", "environment", 2),
        ("from os import getenv", "environment", 1),
        ("from os import environ as e\n", "environment", 1),
        ("def f():\n    print(1)", "printing", 2),
        ("map(print, [1])", "printing", 1),
        ("import sys\nsys.stderr.write('x')", "printing", 2),
        ("from rich.console import Console", "printing", 1),
        ("def f():\n    import click\n", "printing", 2),
        ("import subprocess", "processes", 1),
        ("from subprocess import run as r", "processes", 1),
        ("import os\nos.execvp('a', [])", "processes", 2),
        ("from concurrent.futures import ProcessPoolExecutor", "processes", 1),
        ("import pyflink.table", "flink", 1),
        ("if True:\n    from py4j.protocol import Py4JError", "flink", 2),
        ("from tally.jobs import aggregate", "tally", 1),
        ("from ..errors import Span", "tally", 1),
    ],
)
def test_a_breach_is_found(text, rule, line):
    assert line in [
        number for name, number in uses(text, "tally.project") if is_one_of(name, RULES[rule].names)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x.environ",
        "import osmium.environ",
        "'os.environ'  # print(1)",
        "from os import path",
        "self.print(1)",
    ],
)
def test_what_looks_alike_is_no_breach(text):
    names = [name for name, _ in uses(text, "tally.project")]
    assert not [name for rule in RULES.values() for name in names if is_one_of(name, rule.names)]


def test_what_a_docstring_forbids_is_read_from_it():
    text = "In: x. Out: y.\nMay not import: project, planning (except its data,\n``planning.job``), subprocess. More."
    assert forbidden(text) == (["tally.project", "tally.planning", "subprocess"], ["tally.planning.job"])
    assert forbidden("In: x. Out: y.") is None
