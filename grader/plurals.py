"""Numbers of things in a sentence, and their articles."""

from __future__ import annotations


def plural(count: int, one: str, many: str) -> str:
    """The count with the words that go with it: "1 fault costs", "2 faults cost"."""
    return f"{count} {one if count == 1 else many}"


def article(noun: str) -> str:
    """A thing with its article: "a dict", "an OrderedDict", "an ndarray"."""
    spelt = noun[:1].lower() in "aeio" or noun.startswith(("nd", "np."))
    return f"{'an' if noun and spelt else 'a'} {noun}"
