"""Inside of the wall: the only place where student code runs; imports protocol, draws, records and errors only."""
