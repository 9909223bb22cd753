"""The registry: what is deployed, on one compacted topic of one partition; the only place where that is written.

In: Aggregates (frozen data of planning), ids of tables and topics, a broker. Out: entries, changed by compare-and-set,
and refusals: a table or topic that another aggregate writes, a checkpoint that does not belong to what is served.
``records`` says how an entry lies on the topic, ``log`` reads and changes them, ``claims`` and ``belonging`` judge.
May not import: project, planning (except its data, ``planning.job``), running, stack, datasets, recount, cli, pyflink.
"""
