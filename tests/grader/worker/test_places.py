from __future__ import annotations

import inspect
import traceback

from hypothesis import given
from hypothesis import strategies as st

from grader.records.submission import Chunk
from grader.worker.loader import run_chunks
from grader.worker.places import place_of, place_of_frame, register


def defined(label: str, line: int, source: str) -> dict[str, object]:
    namespace: dict[str, object] = {"place_of_frame": place_of_frame}
    assert run_chunks([Chunk(label, line, source)], namespace) == []
    return namespace


@given(st.integers(1, 500), st.integers(0, 5))
def test_an_exception_is_placed_at_the_line_that_raised_it(line: int, blank: int) -> None:
    """A chunk knows its own first line within the cell."""
    source = "def f():\n" + "    x = 1\n" * blank + "    raise ValueError"
    f = defined("cell 9", line, source)["f"]
    try:
        f()  # type: ignore[operator]
    except ValueError as error:
        assert place_of(error) == ("cell 9", line + blank + 1)


def test_the_innermost_line_of_the_submission_counts() -> None:
    """Frames of libraries below it, and of the caller above it, do not."""
    f = defined("cell 10", 1, "import json\ndef g(x): return json.loads(x)\ndef f():\n    return g('{')")["f"]
    try:
        f()  # type: ignore[operator]
    except ValueError as error:
        assert place_of(error) == ("cell 10", 2)


def test_an_exception_of_our_own_has_no_place() -> None:
    """No line of the submission is in it."""
    try:
        raise ValueError
    except ValueError as error:
        assert place_of(error) is None


def test_the_caller_is_placed_through_frames_of_ours() -> None:
    """A layer knows the line that made it."""

    def ours() -> object:
        return place_of_frame()

    namespace = defined("cell 11", 7, "def f(ours):\n    return [ours()]")

    assert namespace["f"](ours) == [("cell 11", 8)]  # type: ignore[operator]
    assert place_of_frame() is None


def test_lines_can_be_read_again() -> None:
    """Tracebacks and inspect.getsource show the submission's own lines, from several chunks of one cell."""
    a = defined("cell 12", 3, "def a():\n    return 1")["a"]
    b = defined("cell 12", 9, "def b():\n    return 1 / 0")["b"]

    assert inspect.getsource(a) == "def a():\n    return 1\n"  # type: ignore[arg-type]
    assert inspect.getsource(b) == "def b():\n    return 1 / 0\n"  # type: ignore[arg-type]
    try:
        b()  # type: ignore[operator]
    except ZeroDivisionError:
        assert "return 1 / 0" in traceback.format_exc()


HERE = "a cell that no other test registers"  # lines are kept for the whole process


def test_a_later_chunk_replaces_lines_without_moving_others() -> None:
    """Registering twice, or out of order, leaves every line where it is."""
    register([Chunk(HERE, 5, "five"), Chunk(HERE, 1, "one\ntwo"), Chunk(HERE, 5, "FIVE")])
    import linecache

    assert [linecache.getline(HERE, n).strip() for n in range(1, 6)] == ["one", "two", "", "", "FIVE"]
