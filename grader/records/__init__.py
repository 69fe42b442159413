"""The values that flow through the grader, each frozen: submission in, grade out."""
