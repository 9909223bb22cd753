"""SQL text -> Project: files, statements, places in files, settings.

In: a project's folder and the variables of the environment. Out: a frozen Project, or every mistake in its
files at once. What a statement means is judged in planning, by Flink's own parser.
May not import: planning, running, serving, stack, datasets, recount, cli, pyflink, py4j, subprocess.
"""

from tally.project.errors import in_order
from tally.project.files import SqlFile
from tally.project.lexer import Token, lex
from tally.project.project import Project, load_file, load_project, read_project
from tally.project.root import NoProject, find_root
from tally.project.statements import Created, Statement

__all__ = [
    "Created",
    "NoProject",
    "Project",
    "SqlFile",
    "Statement",
    "Token",
    "find_root",
    "in_order",
    "lex",
    "load_file",
    "load_project",
    "read_project",
]
