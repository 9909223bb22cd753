"""Python functions for SQL: plain functions, each with its one-line wrapper."""
