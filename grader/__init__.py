"""The grader: takes a submission, judges it, explains every lost point."""

__version__ = "0.1.0"
