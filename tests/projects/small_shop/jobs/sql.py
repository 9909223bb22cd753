"""Runs SQL files; no job of its own."""
