"""The kit's part 4."""
