"""The kit's parts 1 and 2."""
