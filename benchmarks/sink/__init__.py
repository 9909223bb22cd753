"""``python -m benchmarks cassandra``: what the Cassandra sink costs, beside the driver alone.

In: a Cassandra of its own, rows that Flink numbers in memory. Out: rates, latency, memory under a stalled server and
over a long run. Every table written is counted and summed by the server afterwards.
"""
