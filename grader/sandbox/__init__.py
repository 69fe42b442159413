"""Outside of the wall: start a worker, ask it, bound it, end it."""
