"""What only IPython understands is taken out, and every other line stays where and what it was."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.code.magics import Written, plain

OUT: dict[str, tuple[str, str]] = {
    "%matplotlib inline": ("pass", "an IPython magic"),
    "!pip install torch": ("pass", "a shell command"),
    "    !ls": ("    pass", "a shell command"),
    "?model": ("pass", "a question for help"),
    "model.forward??": ("pass", "a question for help"),
    "np.*load*?": ("pass", "a question for help"),
    "files = !ls": ("pass", "a shell command"),
    "out = %timeit -o f(x)": ("pass", "an IPython magic"),
    "%time model = FCN32s()": ("model = FCN32s()", "an IPython magic"),
    "%run utils/helper.py": ("from run_utils_helper_py import *", "an IPython magic"),
    '%run -i "./helper.py"': ("from run_helper_py import *", "an IPython magic"),
}


@pytest.mark.parametrize("line", OUT)
def test_a_magic_line_is_replaced(line: str) -> None:
    """By something that parses, on the same line, with the same margin."""
    expected, what = OUT[line]

    found = plain(f"if a:\n    b = 1\n{line}\nx = 3")

    assert found.text.split("\n") == ["if a:", "    b = 1", expected, "x = 3"]
    assert found.removed == ((3, line.strip(), what),)


PYTHON = [
    'x = """\n%not magic\n!neither\n?nor this\n"""',
    "x = (a\n% b)",
    "x = a \\\n% b",
    "x = {'a':\n'b?'}  # why?",
    "# what is this?",
    'x = "it\'s" + \'"\'\ny = f"{x!r}"',
    "x = r'\\\\'\ny = 1 % 2",
    "x != y",
    "def f(a: int = 5 % 3): ...",
    "d['a'] = 'is it?'",
]


@pytest.mark.parametrize("source", PYTHON)
def test_python_is_left_alone(source: str) -> None:
    """Percent signs, question marks and exclamation marks have their place in it."""
    assert plain(source) == plain(source).__class__(source)


def test_a_command_may_go_on_over_several_lines() -> None:
    """With quotes and brackets that mean nothing in Python."""
    found = plain("!wget 'http://x \\\n   -O (a.zip \\\n  \"\nx = 1")

    assert found.text == "pass\n\n\nx = 1"


@pytest.mark.parametrize("magic", ["time", "timeit", "capture out"])
def test_cells_that_run_python_are_kept(magic: str) -> None:
    """Without their first line."""
    assert plain(f"\n%%{magic}\nx = 1\n!ls").text == "\n\nx = 1\npass"


@pytest.mark.parametrize("magic", ["bash", "html", "javascript", "script perl"])
def test_cells_of_other_languages_are_dropped_whole(magic: str) -> None:
    """One entry for the whole cell."""
    found = plain(f"%%{magic}\nx = 1")

    assert found.text == ""
    assert [(line, text) for line, text, _ in found.removed] == [(1, f"%%{magic}")]


def test_a_cell_may_write_a_module() -> None:
    """Its text is the file's, its lines are the cell's."""
    found = plain("%%writefile models.py\nx = 1")

    assert (found.writes, found.text) == ((Written("models.py", "\nx = 1"),), "")
    assert plain("%%file -a nets.yaml\nx: 1").writes == (Written("nets.yaml", "\nx: 1", True),)


def test_a_shell_may_write_files() -> None:
    """By `cat` or `tee`, several in a cell; what else it does is nothing to us."""
    text = (
        "%%bash\ncd x\ncat > a.py << 'EOF'\nx = 1\nEOF\ncat <<END >> b.json\n1\n2\nEND\ntee -a c.py <<E\ny\n"
    )

    assert plain(text).writes == (
        Written("a.py", "\n\n\nx = 1"),
        Written("b.json", "\n\n\n\n\n\n1\n2", True),
        Written("c.py", "\n\n\n\n\n\n\n\n\n\ny\n", True),
    )
    assert plain(text.replace("%%bash", "%%perl")).writes == ()
    assert plain("%%sh\ncat << EOF\nx\nEOF\nwc <<EOF > a.txt\nEOF").writes == ()


def test_a_cell_that_is_indented_as_a_whole_is_moved_left() -> None:
    """IPython does so."""
    assert plain("  x = 1\n  if x:\n    y = 2").text == "x = 1\nif x:\n  y = 2"
    assert plain("\n  x = 1\n \t \n\n    y = 2").text == "\nx = 1\n\n\n  y = 2"
    assert plain("\tx = 1\n  y = 2").text == "\tx = 1\n  y = 2"


def test_a_million_blanks_are_moved_at_once() -> None:
    """Nothing is made of them but shorter lines."""
    begun = time.process_time()
    assert plain(" " * (1 << 20) + "x = 1").text == "x = 1"
    assert time.process_time() - begun < 0.5


@given(st.text(alphabet="ab%!?='\"\\()[]#\n x", max_size=80))
def test_lines_never_move(source: str) -> None:
    """Whatever the text."""
    text = plain(source).text

    assert not text or text.count("\n") == source.count("\n")


@given(st.lists(st.sampled_from(PYTHON), max_size=4))
def test_a_text_that_parses_is_never_changed(parts: list[str]) -> None:
    """Python has no line that begins with a magic."""
    source = "\n".join(parts)
    ast.parse(source)

    assert plain(source).text == source
