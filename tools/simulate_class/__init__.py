"""How long a class takes on many machines, some of which fail: a model, held against real runs."""
