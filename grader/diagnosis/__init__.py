"""Naming faults: what differs from the assignment, as causes, and which line of the rubric pays for each."""
