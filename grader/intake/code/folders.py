"""The folders that code imports from besides its own: what it adds to `sys.path`, or enters."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from grader.intake.code.effects import path, running
from grader.intake.code.names import walk
from grader.intake.code.statements import Source

ADDS = {"sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir", "os.chdir", "chdir"}
MOST = 20  # folders that imports are looked for in


def folders(sources: Iterable[Source]) -> list[str]:
    """Folders as they are written, and their ends: a path on another machine ends in one of ours."""
    found: dict[str, None] = {}
    for source in sources:
        for text in _written(source):
            parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".", "..")]
            found.update(dict.fromkeys("/".join(parts[at:]) for at in range(min(len(parts), 8))))
    return list(found)[:MOST]


def _written(source: Source) -> Iterable[str]:
    statements, dropped = source.parsed
    yield from (one.first_line[3:].strip("\"' ") for one in dropped if one.first_line.startswith("%cd"))
    for statement in statements:
        if "path" not in statement.text and "chdir" not in statement.text:
            continue
        for call in running([statement.node]):
            if isinstance(call, ast.Call) and path(call.func) in ADDS:
                texts = [part.value for argument in call.args for part in walk(argument)
                         if isinstance(part, ast.Constant) and isinstance(part.value, str)]  # fmt: skip
                yield "/".join(texts)
                yield from texts
