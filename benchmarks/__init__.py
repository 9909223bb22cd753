"""What tally costs, as commands that measure it on this machine: ``python -m benchmarks --help``.

In: a real Kafka and Cassandra of their own, generated events, `tally` as a child process. Out: a table on standard
output and a JSON file. Every measured run is recounted against the generator's own totals; one that served anything
else fails the benchmark. Imports tally's stack and clients; tally imports nothing of this. Linux only: what a process
tree costs is read from the kernel.
"""
