"""The checks: one file a part, `check_*` functions, each a line of the rubric.

In a check `expect.*` means that the submission is wrong, `assert` means that the grader is.
"""
