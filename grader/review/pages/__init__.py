"""The pages, one module each: `show` reads and writes nothing, what writes is asked for by POST."""
