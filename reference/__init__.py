"""The assignment solved, as data and code."""
