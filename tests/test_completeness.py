"""Closed lists match what they list, so that nobody can forget one half of a pair."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import errors, profiles
from grader.checks.conftest import lines_without_function
from grader.diagnosis.payers import LAYERS, PAYERS
from grader.reports import RENDERERS
from grader.scoring import by_a_person
from grader.wall import verbs
from grader.worker.operations import OPERATIONS

ROOT = Path(__file__).parents[1]
GRADER = ROOT / "grader"
COSTS = {payer.without_skips or payer.line for payer in (*PAYERS.values(), *LAYERS.values())}
COSTS |= {payer.line for payer in (*PAYERS.values(), *LAYERS.values())}
EVERYTHING = profiles.everything().rubric
PARTS = [part.id for part in EVERYTHING.parts]
OF_NO_MODULE = ("goldens", "github_action", "real_weights")  # of a folder, of others


def _checks(part: str) -> dict[str, str]:
    """Name -> docstring of a part's checks, those that its file imports from a shared one included."""
    tree = ast.parse((GRADER / "checks" / f"{part}.py").read_text(encoding="utf-8"))
    own = {
        node.name: ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    shared = {
        alias.asname or alias.name: ""
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {name: text for name, text in {**shared, **own}.items() if name.startswith("check_")}


@pytest.mark.parametrize("part", PARTS)
def test_lines_of_the_rubric_are_the_checks(part: str) -> None:
    """`fcn32s.crop` is check_crop in grader/checks/fcn32s.py, and no check is without points."""
    rubric = EVERYTHING
    lines = {f"check_{line.check}" for one in rubric.parts if one.id == part for line in one.lines}
    functions = set(_checks(part))
    left = lines_without_function(rubric, part, functions) if "check_line" in functions else []

    assert functions - {"check_line"} | {f"check_{line}" for line in left} == lines
    assert set(left) <= COSTS or by_a_person(part)  # a line that no cause could cost would be a present


def test_no_check_says_only_what_a_line_without_a_function_means() -> None:
    """`judge(network, "conv1")` alone is `check_line`."""
    for path in (GRADER / "checks").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name != "check_line":
                calls = [ast.unparse(step).partition(",")[0] for step in node.body[1:]]

                assert calls != ["judge(network"], f"{path.name}: {node.name}"


def test_rubric_is_the_assignment() -> None:
    """20 + 30 + 20 + 30 points."""
    points = {part.id: sum(line.points for line in part.lines) for part in profiles.load().rubric.parts}

    assert points == {"fcn32s": 20, "fcn8s": 30, "questions": 20, "cam": 30}


def test_error_tree_is_the_docstring() -> None:
    """Every class of errors.py is drawn in its docstring, and nothing else is."""
    drawn = set(re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE))
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"Place"}

    assert drawn - {"The"} == {
        name for name in classes if issubclass(getattr(errors, name), errors.GraderError)
    }


def test_every_renderer_has_a_golden_file() -> None:
    """And no golden file is left of a renderer that is gone."""
    assert {path.name for path in (ROOT / "fixtures" / "goldens").iterdir()} == set(RENDERERS)


def _called(folder: Path, but: tuple[str, ...]) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        if not set(but) & set(path.relative_to(folder).parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield ast.unparse(node.func).rpartition(".")[2]


def test_every_operation_of_the_worker_is_asked_for() -> None:
    """What nobody asks for is only a way in."""
    assert {kind.__name__ for kind in OPERATIONS} - set(_called(GRADER, but=("worker", "wall"))) == set()


def test_every_verb_has_an_operation() -> None:
    """A request that no operation answers could never be asked; ping and load are the worker's own."""
    requests = {
        value
        for value in vars(verbs).values()
        if isinstance(value, type) and issubclass(value, verbs.Request)
    }

    assert requests - set(OPERATIONS) == {verbs.Ping, verbs.Load, verbs.Request, verbs.OfModel}


@pytest.mark.parametrize("package", ["grader", "reference", "tools", "fixtures"])
def test_tests_mirror_the_source(package: str) -> None:
    """tests/grader/training/test_run.py tests grader/training/run.py; test_intake.py its folder."""
    home = ROOT / "tests" / package
    for path in home.rglob("test_*.py"):
        room = ROOT / package / path.parent.relative_to(home)
        name = path.stem.removeprefix("test_")

        is_there = any((room / f"{name}{end}").exists() for end in (".py", ""))
        assert is_there or name in (room.name, *OF_NO_MODULE), path
