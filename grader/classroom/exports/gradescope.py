"""Gradescope: submission_123/ for each submission, and submission_metadata.yml that says whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

import yaml

from grader.classroom.exports.found import Found
from grader.classroom.people import Person
from grader.errors import CallError
from grader.paths import submissions_in

METADATA = "submission_metadata.yml"
# PyYAML's own loader takes ten seconds for a large class, libyaml's one.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # one of two
    """Reads Ruby's hashes and symbols as plain mappings and strings."""


def _plain(loader: Any, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!ruby/", _plain)
for _kind in ("bool", "int", "float"):  # an id keeps its zeros, and a person may be called No
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", lambda loader, node: node.value)


def is_one(folder: Path) -> bool:
    """Its metadata lie there."""
    return (folder / METADATA).is_file()


def packed(names: Iterable[str]) -> bool:
    """Whether these are the names in an archive of such an export."""
    return any(PurePath(name).name == METADATA for name in names)


def left_out(folder: Path) -> set[str]:
    """Files that are no submission and need not be one."""
    return {path.name for path in folder.iterdir() if path.is_file()}


def said(folder: Path) -> list[str]:
    """What to say of people who handed in what is not read: there is none."""
    return []


def read(folder: Path, staging: Path) -> Iterator[Found]:
    """Every submission with its people; a group's are its members."""
    metadata = _metadata(folder / METADATA)
    for path in submissions_in(folder):
        if path.is_dir():
            yield _found(path, metadata.get(path.name))


def _metadata(path: Path) -> dict[Any, Any]:
    try:
        page = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CallError(f"{path} can't be read: {error}") from None
    return page if isinstance(page, dict) else {}


def _found(path: Path, entry: Any) -> Found:
    people = tuple(_submitters(entry))
    return Found(
        name=path.name,
        path=path,
        people=people or (Person(path.name),),
        late=str(_get(entry, "late")).lower() == "true",
        at=_time(_get(entry, "created_at")),
        due=_time(_get(entry, "due_date")),
        subject="+".join(sorted(filter(None, (one.sis_id or one.email for one in people)))),
        remarks=() if people else (f"{METADATA} says of nobody that {path.name} is theirs.",),
    )


def _submitters(entry: Any) -> Iterator[Person]:
    submitters = _get(entry, "submitters")
    for who in submitters if isinstance(submitters, list) else ():
        keys = ("name", "sid", "email", "role")
        name, sid, email, role = (str(_get(who, key) or "").strip() for key in keys)
        yield Person(name=name, sis_id=sid, email=email, role=role)


def _time(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value or "")


def _get(entry: Any, key: str) -> Any:
    return entry.get(f":{key}", entry.get(key)) if isinstance(entry, dict) else None
