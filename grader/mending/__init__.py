"""A slip that stops what is graded is mended before judging, said, and paid for once.

A name that stands for another, a forgotten import, something that a library no longer has: the mended code
is tried, and where it runs, it is judged instead. What needs a library that isn't installed goes to a person.
"""
