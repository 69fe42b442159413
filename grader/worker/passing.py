"""Statements that raise, passed over: what a function does besides."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import ClassVar

from grader.records.submission import Chunk
from grader.worker.places import is_of_submission

MOST = 100  # times that a statement is passed over: it may be all that ends a loop
PASSES = f"with __import__({__name__!r}, fromlist=['Passed']).Passed():\n    pass"
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Raise, ast.Assert, ast.Delete)


class Passed:
    """Lets what is within raise, so many times."""

    left: ClassVar[int] = 0

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Return whether what is raised is passed over."""
        if kind is None or not issubclass(kind, Exception):
            return False
        Passed.left -= 1
        return Passed.left >= 0


@contextmanager
def passing_over(chunks: Iterable[Chunk], error: BaseException, *later: BaseException) -> Iterator[bool]:
    """Let the function that raised go on after the statement that did, and after those that raised `later`;
    whether it can."""
    known, Passed.left = list(chunks), MOST
    for code, line in _raised(error):
        functions = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
        own = [each for each in functions if each.__code__ is code]
        lines = {line, *(at for each in later for raised, at in _raised(each) if _is_same(raised, code))}
        other = next((found for chunk in known if (found := _other(chunk, code, lines))), None)
        if own and other is not None and other.co_freevars == code.co_freevars:
            for function in own:
                function.__code__ = other
            try:
                yield True
            finally:
                for function in own:
                    function.__code__ = code
            return
    yield False


def _raised(error: BaseException) -> list[tuple[CodeType, int]]:
    """The code of the submission that an exception passed through, with its lines, the innermost first."""
    found, passed = list[tuple[CodeType, int]](), error.__traceback__
    while passed is not None:
        code = passed.tb_frame.f_code
        if is_of_submission(code) and not code.co_name.startswith("<"):  # a comprehension is made anew
            found.append((code, passed.tb_lineno))
        passed = passed.tb_next
    return found[::-1]


def _other(chunk: Chunk, code: CodeType, lines: set[int]) -> CodeType | None:
    """The code of a function whose statements at some lines are passed over where they raise."""
    last = chunk.line + chunk.source.count("\n")
    if chunk.label != code.co_filename or not all(chunk.line <= line <= last for line in lines):
        return None
    parsed = ast.parse("\n" * (chunk.line - 1) + chunk.source)
    _Passing(lines).visit(parsed)
    whole = compile(ast.fix_missing_locations(parsed), chunk.label, "exec", dont_inherit=True)
    return next((each for each in _within(whole) if _is_same(each, code)), None)


def _is_same(one: CodeType, other: CodeType) -> bool:
    """Whether both are of one function, which may be compiled anew."""
    names = ((each.co_filename, each.co_qualname, each.co_firstlineno) for each in (one, other))
    return next(names) == next(names)


def _within(code: CodeType) -> Iterator[CodeType]:
    """The code of the functions that stand in code, at any depth."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _within(each)


class _Passing(ast.NodeTransformer):
    """Passes over what the statements of some lines raise."""

    def __init__(self, lines: set[int]) -> None:
        self.lines = lines

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the statement so that it may raise, and all else as it is."""
        if isinstance(node, SIMPLE) and self.lines & {*range(node.lineno, (node.end_lineno or 0) + 1)}:
            around = ast.parse(PASSES).body[0]
            assert isinstance(around, ast.With)
            around.body = [node]
            return ast.copy_location(around, node)
        return super().generic_visit(node)
