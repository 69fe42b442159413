"""From cells to the slice that the graded names need."""
