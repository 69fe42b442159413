from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

from grader import assignment, profiles
from grader.assignment import (
    CAM,
    GRADCAM,
    GRADED,
    MAP,
    NETWORKS,
    PARTS,
    PREDICT,
    QUESTIONS,
    TOP1,
    TOP1_LINE,
    printed,
)
from grader.rubric import Part
from grader.wall.verbs import Noted

GRADER = Path(assignment.__file__).parent
# Beyond the wall nothing knows the assignment's table; what is said there is tied to it below.
ELSEWHERE = ("wall", "worker")
MODULES = [path for path in GRADER.rglob("*.py") if path.relative_to(GRADER).parts[0] not in ELSEWHERE]
WORDS = [
    *(network.title for network in NETWORKS.values()),
    *GRADED,
    "top1 prediction",
    "Epoch Loss",
    "Test Acc",
]
CROPS = {network.table(1).crop for network in NETWORKS.values()}


def all_parts() -> tuple[Part, ...]:
    """Every part that a course year may ask for."""
    return profiles.everything().rubric.parts


@cache
def constants(path: Path) -> tuple[ast.Constant, ...]:
    """Every constant of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)


def test_nothing_is_typed_again() -> None:
    """Titles, graded names, printed lines and ids of parts stand in the vocabulary alone."""
    texts = [
        (path.relative_to(GRADER), node.lineno, node.value)
        for path in MODULES
        for node in constants(path)
        if path != Path(assignment.__file__) and isinstance(node.value, str)
    ]

    assert [one for one in texts if one[-1] in PARTS or any(word in one[-1] for word in WORDS)] == []


def test_no_crop_is_typed_again() -> None:
    """Where a crop starts is read from the table of layers."""
    rooms = ("checks", "diagnosis", "evidence", "network")
    assert [
        (path.relative_to(GRADER), node.lineno)
        for path in MODULES
        if path.relative_to(GRADER).parts[0] in rooms
        for node in constants(path)
        if type(node.value) is int and node.value in CROPS
    ] == []


def test_pages_take_their_words_from_it() -> None:
    """No template types a network's name."""
    for template in GRADER.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not [word for word in WORDS if word in text], template


def test_parts_are_those_of_the_rubric() -> None:
    """In its order, each with a file of checks; a title that names a network names it so."""
    parts = {part.id: part.title for part in all_parts()}

    assert set(parts) == set(PARTS) and (*NETWORKS, QUESTIONS, CAM, GRADCAM) == PARTS
    assert all((GRADER / "checks" / f"{part}.py").is_file() for part in PARTS)
    assert all(network.title in parts[part] for part, network in NETWORKS.items())


def test_the_rubric_tells_the_crops_of_the_table() -> None:
    """Its titles are for people, and hold the table's numbers."""
    titles = {line.id: line.title for part in all_parts() for line in part.lines}

    for part, network in NETWORKS.items():
        table = network.table(1)
        assert str(table.crop) in titles[f"{part}.crop"]
        for skip in table.skips:
            assert f"{skip.crop} ({skip.pool})" in titles[f"{part}.skip_crops"]


def test_the_worker_notes_the_two_functions() -> None:
    """Their names cross the wall as the vocabulary has them."""
    assert get_args(Noted) == (PREDICT, MAP)


def test_what_is_printed_is_recognised() -> None:
    """The line that people are shown is one that is looked for."""
    assert re.match(TOP1, TOP1_LINE)
    assert printed(("Loss", "Acc")) == "Loss: ..., Acc: ..."
