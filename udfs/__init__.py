"""Python UDFs: plain functions, each with its one-line wrapper.

Named by the files of sql/functions. Imports nothing of tally, so that a cluster needs no tally.
"""
