"""Python UDFs: plain functions, each with its one-line wrapper. Named by sql/functions; imports nothing of tally."""
