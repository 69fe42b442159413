"""Inside of the wall: the only place where student code runs."""
