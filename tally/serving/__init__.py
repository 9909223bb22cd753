"""The Cassandra and Kafka side: serving tables and topics from aggregates, and reading what is served.

In: Aggregates (frozen data of planning), addresses and settings. Out: CQL, created tables and topics, rows,
values as text and JSON. ``catalog`` keeps planned aggregates in a file, so that reading needs no planner.
May not import: project, planning (except its data, ``planning.job``), running, stack, datasets, cli, pyflink.
"""
