"""Files that `tally init` copies.

In: nothing. Out: the files under ``project/``, with ``PROJECT_NAME`` where the new project's name goes.
May not import: anything of tally.
"""
