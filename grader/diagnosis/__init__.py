"""Naming faults: what differs from the assignment, in words, each under the rubric line that pays for it."""
