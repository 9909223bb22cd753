"""Job -> Flink: the mini-cluster, starting jobs, following and stopping them, checkpoints.

In: Jobs, addresses and settings. Out: running Flink jobs, what they say of themselves, and errors.
A mini-cluster is a Flink cluster inside this process: jobs are started and followed over REST in both cases.
May not import: project, stack, datasets, recount, cli.
"""
