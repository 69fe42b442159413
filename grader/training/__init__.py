"""The short training run: a model learns in the worker, and is judged here on pictures it never saw."""
