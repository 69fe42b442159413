"""An attribute that is not there: another of a like name, one of another module, what a library had once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending import libraries
from grader.mending.alike import alike, longer_or_shorter
from grader.mending.edits import Mend, attribute_span, renamed, whole_span
from grader.mending.removed import REMOVED
from grader.mending.trouble import LARGEST, Trouble, tree
from grader.records.submission import Chunk, Module, Slice

OF_LAYERS = ("weight", "bias", "in_channels", "out_channels", "in_features", "out_features", "kernel_size")
TORCH = ("torch.nn.functional", "torch", "torch.nn")  # where what is looked for in one of them may be


def given(slice: Slice) -> set[str]:
    """The attributes that the submission's classes give themselves, and their methods."""
    found: set[str] = set()
    chunks = (chunk for module in slice.modules for chunk in module.chunks if "class " in chunk.source)
    for chunk in (chunk for chunk in chunks if len(chunk.source) <= LARGEST):
        for node in ast.walk(tree(chunk)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.ClassDef):
                found |= {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
                targets = [one for each in node.body if isinstance(each, ast.Assign) for one in each.targets]
                found |= {each.id for each in targets if isinstance(each, ast.Name)}
    return found


def told(slice: Slice) -> set[str]:
    """The strings of a submission's statements: layers that a table lists are attributes by these."""
    chunks = (chunk for module in slice.modules for chunk in module.chunks if len(chunk.source) <= LARGEST)
    nodes = (node for chunk in chunks for node in ast.walk(tree(chunk)))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def mends(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    """The names that an attribute may be meant by, of what it is looked for in."""
    if len(trouble.names) < 2:
        return
    owner, name = trouble.names[:2]
    if trouble.message.startswith("module '"):
        yield from _gone(slice, chunk, trouble, owner, name)
        yield from _elsewhere(slice, chunk, trouble, owner, name)
        known = set(libraries.holds(owner))
    else:
        known = set(libraries.members(owner)) or given(slice)
        known |= set(OF_LAYERS if owner in libraries.holds("torch.nn") else ())
    begun = (
        () if trouble.message.startswith("module '") else longer_or_shorter(name, libraries.members(owner))
    )
    for other in (*alike(name, known), *begun):
        if not _is_read(chunk, other):  # everything else calls it `name`: then its definition slipped
            yield from renamed(slice, chunk, attribute_span(other), f"{other} read as {name}", name)
        yield from renamed(slice, chunk, attribute_span(name), f"{name} read as {other}", other)


def _is_read(chunk: Chunk, attribute: str) -> bool:
    """Whether a statement reads an attribute, or has its name as a text, as for getattr."""
    for node in ast.walk(tree(chunk)):
        if isinstance(node, ast.Constant) and node.value == attribute:
            return True
        if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Load):
            return True
    return False


def _gone(slice: Slice, chunk: Chunk, trouble: Trouble, owner: str, name: str) -> Iterator[Mend]:
    """What a library had under this name once."""
    removed = REMOVED.get((owner, name))
    if removed and removed.code and trouble.place and "{name}" not in removed.code:
        line = trouble.place.line - chunk.line + 1
        words = f"{owner}.{name}, gone since {removed.since}, read as {removed.instead}"
        yield from renamed(slice, chunk, whole_span(name, line), words, removed.code)


def _elsewhere(slice: Slice, chunk: Chunk, trouble: Trouble, owner: str, name: str) -> Iterator[Mend]:
    """What another module of PyTorch has under this name."""
    line = trouble.place.line - chunk.line + 1 if trouble.place else 0
    for other in TORCH if owner in TORCH else ():
        if other != owner and name in libraries.holds(other):
            words = f"{owner}.{name} read as {other}.{name}"
            text = f"__import__('torch').{f'{other}.{name}'.removeprefix('torch.')}"
            yield from renamed(slice, chunk, whole_span(name, line), words, text)
