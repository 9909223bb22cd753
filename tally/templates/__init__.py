"""Files that `tally init` copies.

In: nothing. Out: the files under ``project/``, with ``PROJECT_NAME`` where the new project's name goes.
May not import: project, planning, running, serving, stack, datasets, recount, cli, subprocess.
"""
