"""Slips that hide what is graded from every later look: of syntax, and of a target's name.

A text that begins a target, or a helper that one needs, and doesn't parse is mended, unless another version
parses; a class or a function that is a target under another name is renamed. Both are said, and paid for.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import get_close_matches

from grader.assignment import GRADED, MODELS
from grader.intake.code import syntax
from grader.intake.code.annotated import assigned
from grader.intake.code.changes import ALIKE
from grader.intake.code.helpers import broken_helpers
from grader.intake.code.lifting import inner
from grader.intake.code.naming import hints, other_names
from grader.intake.code.nested import named, unnested
from grader.intake.code.statements import Source
from grader.intake.code.variants import told_apart
from grader.records.reason import Place
from grader.records.submission import Slip

MOST = 8  # texts of one submission that are mended: each is parsed some hundred times
Sources = tuple[Source, ...]


def corrected(files: Sequence[Sources]) -> list[tuple[Sources, tuple[Slip, ...]]]:
    """The texts of each file without such slips, and these."""
    told, found = dict[tuple[int, str], tuple[syntax.MendedLine, ...]](), list[Sources]()
    for number, sources in enumerate(files):
        wrong = {each.label: _mended(each) for each in _broken(sources)[: MOST - len(told)]}
        found.append(tuple(wrong[each.label][0] if each.label in wrong else each for each in sources))
        told |= {(number, label): slips for label, (_, slips) in wrong.items()}
    found, slips = _renamed(unnested(found, _missing(found)))
    found = unnested(found, _missing(found))
    for number, sources in enumerate(found):
        of_syntax = (_slip(each, one) for each in sources for one in told.get((number, each.label), ()))
        slips[number] = [*of_syntax, *slips[number]]
    found = _assigned(_with_helpers(found, slips, MOST - len(told)), slips)
    return [(sources, tuple(slips[number])) for number, sources in enumerate(found)]


# --- syntax -----------------------------------------------------------------------------------------


def _broken(sources: Sources) -> list[Source]:
    """The texts that begin a target, the last to do so, and don't parse, where no other text has it whole.

    A target that no text begins may stand in one that begins something of a like name.
    """
    found: dict[int, Source] = {}
    for target in GRADED:
        having = [source for source in sources if target in targets(source)]
        if having and _is_broken(having[-1]) and all(map(_is_broken, having)):
            found[id(having[-1])] = having[-1]
        if not having:
            found |= {id(each): each for each in sources if _is_broken(each) and _hints(each, target)}
    return list(found.values())


def _with_helpers(files: list[Sources], slips: list[list[Slip]], left: int) -> list[Sources]:
    """The texts with helpers that parse, one after the other: what is mended may need another one."""
    tried = set[int]()
    for _ in range(left):
        flat = [(number, source) for number, sources in enumerate(files) for source in sources]
        broken = broken_helpers([source for _, source in flat])
        at = next((at for at in broken if at not in tried), None)
        if at is None:
            break
        tried.add(at)
        (number, source), target = flat[at], broken[at]
        new, made = _mended(source)
        slips[number] += [_slip(new, one, target) for one in made]
        files = [tuple(new if each is source else each for each in sources) for sources in files]
    return files


def _assigned(files: list[Sources], slips: list[list[Slip]]) -> list[Sources]:
    """The texts whose last definitions of targets assign what they annotate."""
    for target in GRADED:
        at = [(number, each) for number, file in enumerate(files) for each in file if target in targets(each)]
        for number, source in at[-1:]:
            new, made = assigned(source, target)
            slips[number] += [_slip(new, one, target, "code.annotated") for one in made]
            files = [tuple(new if each is source else each for each in sources) for sources in files]
    return files


def _is_broken(source: Source) -> bool:
    statements, dropped = source.parsed
    strays = [part for each in statements for part in (each.node, *_members(each.node))]
    return any(one.reason.startswith("does not parse") for one in dropped) or any(
        isinstance(part, ast.Return) for part in strays
    )


def _members(node: ast.stmt) -> list[ast.stmt]:
    return node.body if isinstance(node, ast.ClassDef) else []


def _hints(source: Source, target: str) -> bool:
    lines = [line.split(None, 1) for line in source.text.split("\n") if line.startswith(("class ", "def "))]
    return any(hints(words[1].split("(")[0], target) for words in lines if len(words) > 1)


def _mended(source: Source) -> tuple[Source, tuple[syntax.MendedLine, ...]]:
    python = source.plain
    made = syntax.mended(python.text) if not python.writes else None
    return (source.rewritten(made[0]), made[1]) if made else (source, ())


def _slip(source: Source, slip: syntax.MendedLine, target: str = "", cause: str = "code.syntax") -> Slip:
    place = Place(source.label, slip.line)
    return Slip(target or _target_at(source, slip.line), cause, place, slip.told, slip.words)


def _target_at(source: Source, line: int) -> str:
    """The target that a line is part of, else the first in its text."""
    statements = source.parsed[0]
    inside = [each for each in statements if each.line <= line <= (each.node.end_lineno or each.line)]
    names = [name for each in (*inside, *statements) for name in each.names.binds if name in GRADED]
    return names[0] if names else GRADED[0]


# --- names ------------------------------------------------------------------------------------------


def _missing(files: Sequence[Sources]) -> list[str]:
    """The targets that no text binds at the top."""
    bound = set[str]().union(*(targets(source) for sources in files for source in sources))
    return [target for target in GRADED if target not in bound]


def _nowhere(files: Sequence[Sources]) -> list[str]:
    """The missing networks that nothing at the top is named for."""
    nodes = [each.node for sources in files for source in sources for each in source.parsed[0]]
    made = [node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    missing = (target for target in _missing(files) if target in MODELS)
    return [target for target in missing if not any(hints(name, target) for name in made)]


def _renamed(files: list[Sources]) -> tuple[list[Sources], list[list[Slip]]]:
    """The texts with targets under their own names, where all have them under others; the slips by file."""
    slips = [list[Slip]() for _ in files]
    files, variants = told_apart(files, _nowhere(files))
    for target, one in variants.items():
        told = f"{one.maker} makes several networks, and {target} is nowhere"
        slips[one.file].append(Slip(target, "code.name", one.place, told, f"`{one.text}` read as {target}"))
    missing = _missing(files)
    numbered = [(n, source) for n, file in enumerate(files) for source in file] if missing else []
    statements = [(number, each) for number, source in numbered for each in source.parsed[0]]
    places = [(number, each, node) for number, each in statements for node in (each.node, *inner(each.node))]
    others = other_names([node for _, _, node in places], missing)
    for target, node in others.items():
        number, at = next((number, each) for number, each, one in places if one is node)
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        told = f"the {kind} is called {node.name}, and {target} is nowhere"
        place = Place(at.label, node.lineno)
        slips[number].append(Slip(target, "code.name", place, told, f"{node.name} read as {target}"))
        files = [tuple(named(source, node.name, target) for source in file) for file in files]
    return files, slips


# --- what a text defines ------------------------------------------------------------------------------


def targets(source: Source) -> set[str]:
    """The targets that a text binds; where it doesn't parse, or is written to a file, those it begins to."""
    statements, dropped = source.parsed
    bound = {name for each in statements for name in each.names.binds if name in GRADED}
    lines = [one.first_line for one in dropped]
    lines += [line for written in source.plain.writes for line in written.text.split("\n")]
    return bound | {name for line in lines for name in [begun(line)] if name}


def begun(line: str) -> str:
    """The target whose class or function a line begins, or ""."""
    words = line.strip().split(None, 1)
    name = (
        words[1].split("(")[0].split(":")[0].strip()
        if len(words) > 1 and get_close_matches(words[0], ("class", "def"), 1, ALIKE)
        else ""
    )
    return name if name in GRADED else ""
