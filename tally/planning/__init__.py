"""Project -> Job: names and order, schemas, keys, sinks and routing, from Flink's own parser.

In: a Project. Out: frozen Jobs, which `explain` prints and `run` and `submit` hand to Flink.
May not import: running, serving, stack, datasets, recount, cli.

``job`` and ``plan`` are plain data and import no pyflink, so that the other rooms can read a Job without a JVM.
"""
