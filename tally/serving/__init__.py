"""The Cassandra and Kafka side: tables and topics from aggregates, reading what is served, dead letters, late rows.

In: Aggregates (frozen data of planning), addresses and settings. Out: CQL, created tables and topics, rows,
values as text and JSON, late rows, dead letters and their originals sent again, the accounts of jobs and their sums.
``source_topics`` keeps the topics of sources in a file, so that reading needs no planner.
May not import: project, planning (except its data, ``planning.job``), running, stack, datasets, cli, pyflink.
"""
