"""Real-time aggregates as SQL files, on Apache Flink."""

__version__ = "0.1.0"
