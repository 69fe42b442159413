"""A cold grading beside otter-grader's, which asks less of the same submission: `python -m tools.otter`."""
