"""The command line: parses, calls one room, prints. The only room that prints.

In: arguments. Out: text, JSON and an exit code: 0 done, 1 failed at run time, 2 wrong usage or wrong project.
Each command is a module of this package with a click command named ``command``; it is imported when it is
called, so that ``tally --help`` does not wait for libraries it does not need.
"""

from tally.cli.group import main

__all__ = ["main"]
