"""A call of the constructor of a class's own base: missing, or given what that does not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, told, with_node, with_source, with_text
from grader.mending.trouble import Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

# What comes of it: an nn.Module that was never begun, or arguments that do not fit.
WORDS = ("attribute '_", "multiple values for", "unexpected keyword", "positional argument")
HEADED = ast.If | ast.For | ast.While | ast.With | ast.Try


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of such calls that may end a trouble which its message tells of."""
    if not any(words in trouble.message for words in WORDS):
        return
    for owner in (node for node in tree(chunk).body if isinstance(node, ast.ClassDef) and node.bases):
        for function in (each for each in owner.body if isinstance(each, ast.FunctionDef)):
            calls = (
                [node for node in ast.walk(function) if _begins(node)] if function.name == "__init__" else []
            )
            for call in calls:
                yield from _read(slice, chunk, owner, call)
            if function.name == "__init__" and not calls:
                yield from _added(slice, chunk, owner, function)


def _begins(node: ast.AST) -> bool:
    """Whether it is `super().__init__(...)`, in whichever form."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__")):
            return True
    return False


def _read(slice: Slice, chunk: Chunk, owner: ast.ClassDef, call: ast.AST) -> Iterator[Mend]:
    """A call with `super()` for another class's, without self, or without one of its arguments."""
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    assert isinstance(call.func.value, ast.Call)
    begun, given = "super().__init__", [*map(ast.unparse, call.args)]
    named = [ast.unparse(each) for each in call.keywords]
    meant = [[*given[1:], *named]] if given[:1] == ["self"] else []
    if call.func.value.args and ast.unparse(call.func.value.args[0]) != owner.name:
        meant.insert(0, [*given, *named])
    fewer = [[*given, *named[:at], *named[at + 1 :]] for at in reversed(range(len(named)))]
    fewer += [[*given[:count], *named] for count in reversed(range(len(given)))]
    for arguments in (*meant, *fewer):
        text = f"{begun}({', '.join(arguments)})"
        place = Place(chunk.label, chunk.line + call.lineno - 1)
        words = f"`{told(call)}` read as `{text}`"
        source = with_node(chunk.source, call, text)
        yield Mend(with_source(slice, chunk, source), words, place, whole=arguments not in meant)


def _added(slice: Slice, chunk: Chunk, owner: ast.ClassDef, function: ast.FunctionDef) -> Iterator[Mend]:
    """A constructor that begins with a call of its base's, which is given what both take."""
    first, taken = function.body[0], _taken(slice, owner)
    own = [each.arg for each in (*function.args.args[1:], *function.args.kwonlyargs) if each.arg in taken]
    text = f"super().__init__({', '.join(f'{name}={name}' for name in own)})"
    if not isinstance(first, HEADED):
        span = (first.lineno - 1, first.col_offset, first.col_offset)
        place = Place(chunk.label, chunk.line + function.lineno - 1)
        source = with_text(chunk.source, [span], f"{text}; ")
        yield Mend(with_source(slice, chunk, source), f"`{text}` is missing and was added", place)


def _taken(slice: Slice, owner: ast.ClassDef) -> set[str]:
    """What the constructors of a class's own bases take."""
    bases = {ast.unparse(base) for base in owner.bases}
    chunks = (chunk for module in slice.modules for chunk in module.chunks if "class " in chunk.source)
    nodes = (node for chunk in chunks for node in tree(chunk).body if isinstance(node, ast.ClassDef))
    made = [each for node in nodes if node.name in bases for each in node.body]
    makers = (each for each in made if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    return {each.arg for one in makers for each in (*one.args.args[1:], *one.args.kwonlyargs)}
