"""Where submissions are graded."""
