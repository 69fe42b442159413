"""The grader: takes a submission, judges it, explains every lost point."""

__version__ = "0.2.0"
