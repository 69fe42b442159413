from __future__ import annotations

import linecache
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.corpus.inside import over_the_wire
from grader.records.submission import Chunk, Module, Slice
from grader.sandbox.loading import clean
from grader.wall.values import SourceLine
from grader.wall.verbs import Load
from grader.worker import waking
from grader.worker.loader import StudentCodeError, World, call, describe, load, run_chunks


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Loading adds to the import system, which tests share."""
    finders, modules = list(sys.meta_path), set(sys.modules)
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def notebook(*sources: str) -> Module:
    return Module("submission", tuple(Chunk(f"cell {n}", 1, source) for n, source in enumerate(sources, 1)))


def loaded(*modules: Module, **targets: str) -> World:
    world = World()
    load(world, Slice(modules=modules, targets=targets))
    return world


def test_a_failing_chunk_costs_only_itself() -> None:
    """Whatever is raised, exits included, the next chunk runs."""
    world = loaded(
        notebook("a = 1", "import sys; sys.exit(3)", "raise KeyboardInterrupt", "b = a + 1"), b="submission"
    )

    assert world.targets == {"b": 2}
    assert [(f.at.label, f.kind) for f in world.failures] == [
        ("cell 2", "SystemExit"),
        ("cell 3", "KeyboardInterrupt"),
    ]


def test_a_failure_has_the_line_that_raised() -> None:
    """A chunk of several lines is not blamed as a whole."""
    failures = run_chunks([Chunk("cell 20", 10, "x = [\n 1,\n 1 / 0,\n]")], {})

    assert [(f.at.line, f.line, f.message) for f in failures] == [
        (10, SourceLine("cell 20", 12, piece=(12, 1, 12, 6)), "division by zero")
    ]


def test_a_chunk_that_does_not_parse_is_placed() -> None:
    """Intake drops those, but a worker must not fall over one."""
    failures = run_chunks([Chunk("cell 21", 4, "x = (")], {})

    assert [(f.kind, f.line) for f in failures] == [("SyntaxError", SourceLine("cell 21", 4))]


def test_local_modules_are_imported_as_on_the_students_machine() -> None:
    """In any order, in packages, relatively, and in a circle."""
    world = loaded(
        notebook(
            "import pkg.deep.b",
            "from pkg import a",
            "from helper import one",
            "f = lambda: (one, a.two, pkg.deep.b.three())",
        ),
        Module("helper", (Chunk("helper.py", 1, "from submission import f\none = 1"),)),
        Module("pkg.a", (Chunk("pkg/a.py", 1, "two = 2"),)),
        Module(
            "pkg.deep.b", (Chunk("pkg/deep/b.py", 1, "from ..a import two\ndef three(): return two + 1"),)
        ),
        f="submission",
    )

    assert world.targets["f"]  # the circle cost helper its first chunk, hence `one`
    assert [f.at.label for f in world.failures] == ["helper.py", "cell 3"]
    assert world.namespaces["pkg.deep.b"]["three"]() == 3


def test_a_module_that_nobody_imports_is_loaded_too() -> None:
    """Submissions of several scripts bind their targets in any of them."""
    world = loaded(
        notebook("a = 1"), Module("cam", (Chunk("cam.py", 1, "def returnCAM(): pass"),)), returnCAM="cam"
    )

    assert list(world.targets) == ["returnCAM"]


def test_a_local_module_shadows_nothing_installed() -> None:
    """A submission's own torch.py or json.py is not what `import json` finds, and it is said."""
    world = loaded(
        notebook("import json\nx = json.loads('1')"),
        Module("json", (Chunk("json.py", 1, "loads = None"),)),
        x="submission",
    )

    assert world.targets == {"x": 1}
    assert [(f.at.label, f.kind) for f in world.failures] == [("json.py", "ImportError")]


def test_a_module_in_a_folder_of_the_course_stands_beside_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission's CAM/cam.py leaves CAM/resnet.py where it is."""
    (tmp_path / "CAM").mkdir()
    (tmp_path / "CAM" / "__init__.py").touch()
    (tmp_path / "CAM" / "resnet.py").write_text("depth = 18")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("CAM", "CAM.resnet"):  # what other tests imported
        monkeypatch.delitem(sys.modules, name, raising=False)
    world = loaded(
        notebook("from CAM.cam import f", "from CAM.resnet import depth\nfrom CAM import resnet"),
        Module("CAM.cam", (Chunk("CAM/cam.py", 1, "def f(): pass"),)),
        f="submission",
        depth="submission",
    )

    assert not world.failures and world.targets["depth"] == 18


def test_the_main_guard_is_closed() -> None:
    """What a script does when it is run, it does not do here; classes know their module."""
    world = loaded(notebook("class A: pass", "if __name__ == '__main__':\n    1 / 0"), A="submission")

    assert world.failures == []
    assert sys.modules[world.targets["A"].__module__].A is world.targets["A"]


def test_future_statements_hold_for_the_rest_of_the_module() -> None:
    """As they do when a file is run as a whole."""
    world = loaded(
        notebook("from __future__ import annotations", "def f(x: undefined): return x"), f="submission"
    )

    assert world.failures == []
    assert world.targets["f"](1) == 1


def test_a_chunk_that_is_refused_is_left_out() -> None:
    """The trusted side names the statements that hung before."""
    world = World()
    load(
        world, Slice(modules=(notebook("a = 1", "while True: pass"),)), lambda chunk: chunk.label != "cell 2"
    )

    assert world.namespaces["submission"]["a"] == 1


def test_a_missing_target_is_absent() -> None:
    """Not None: None is a value that a submission may bind."""
    assert loaded(notebook("f = None"), f="submission", g="submission").targets == {"f": None}


def test_a_slice_survives_the_wire() -> None:
    """What the worker unpacks is what intake made; half a surrogate pair is replaced."""
    chunks = (Chunk("cell 1", 3, "x = 'é'"),)
    slice = Slice((Module("submission", chunks),), {"x": "submission"}, chunks, chunks)

    assert over_the_wire(Load(clean(slice), 0), Load).slice == slice
    assert clean(Slice((notebook("'\ud800'"),))).modules[0].chunks[0].source == "'?'"


class LiarError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class ChatterboxError(Exception):
    def __str__(self) -> str:
        return "x" * 1_000_000


@pytest.mark.parametrize(
    ("error", "message"), [(LiarError(), ""), (ChatterboxError(), "x" * 2000), (KeyError("a"), "'a'")]
)
def test_an_exception_is_described_whatever_it_does(error: Exception, message: str) -> None:
    """Its class is the student's, so is its __str__."""
    assert describe(error) == (type(error).__name__, message)


def test_what_a_call_raises_is_the_students() -> None:
    """Even where no line of theirs is in the traceback, as in a wrong signature."""
    f: Any = lambda: None  # noqa: E731
    with pytest.raises(StudentCodeError) as caught:
        call(f, 1)

    assert isinstance(caught.value.__cause__, TypeError)


def test_a_cell_may_await() -> None:
    """Notebooks have a loop: names that are bound meanwhile are bound, and what is raised is placed."""
    world = loaded(
        notebook(
            "import asyncio\n\nasync def twice(n):\n    await asyncio.sleep(0)\n    return 2 * n",
            "values = [await twice(n) for n in (1, 2)]",
            "await twice(None)",
        ),
        values="submission",
    )

    assert world.targets == {"values": [2, 4]}
    assert [(f.at.label, f.kind) for f in world.failures] == [("cell 3", "TypeError")]


def test_a_cell_may_await_a_thread_where_no_sockets_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a worker: its loop is woken by a pipe."""
    monkeypatch.setattr(socket, "socketpair", _refused)
    monkeypatch.setattr(waking, "PAIR", _refused)

    world = loaded(
        notebook("import asyncio\nanswer = await asyncio.to_thread(int, '42')"), answer="submission"
    )

    assert (world.targets, world.failures) == ({"answer": 42}, [])


def _refused(*_: object, **__: object) -> None:
    raise PermissionError


def test_code_that_is_loaded_again_has_its_own_lines() -> None:
    """What reads its source, as TorchScript does, finds no line of a longer text that stood there before."""
    loaded(notebook("def f(x):\n    y = x\n    return y"))
    loaded(Module("another", (Chunk("cell 1", 1, "def f(x):\n    return x"),)))

    assert linecache.getlines("cell 1") == ["def f(x):\n", "    return x\n"]
