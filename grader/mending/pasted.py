"""A line that was copied without its name changed: an attribute is bound twice, and another one never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from grader.mending import own
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.forgotten import constructors
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Slice

MOST = 2  # that are never bound: each costs a run of the submission
RAISED = ("AttributeError", "RuntimeError", "TypeError")  # by what is not there, or is another layer


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The lines that bind a name which another binds too, each as the one that is applied and never bound."""
    for chunk, owner, constructor in constructors(slice) if trouble.kind in RAISED else ():
        made, known = own.every_binding(constructor), {*own.stored(owner), *own.defined(owner)}
        applied = own.handled(owner) - known
        count = Counter(target.attr for target in made)
        twice = [target for target in reversed(made) if count[target.attr] > 1]
        lacking = [name for name in own.read(owner) if name in applied]
        for target, name in product(twice, lacking[:MOST]):
            words = f"self.{target.attr}, which is made twice, read as self.{name}, which never is"
            source = with_node(chunk.source, target, f"self.{name}")
            place = Place(chunk.label, chunk.line + target.lineno - 1)
            yield Mend(with_source(slice, chunk, source), words, made=place, whole=True)
