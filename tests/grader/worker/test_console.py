from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from grader.worker.console import Tape, capture, capture_errors, record


def test_capture_keeps_standard_output_alone() -> None:
    """A warning on stderr is not part of what get_cls_pred prints."""
    with record() as outer, capture() as tape:
        print("top1")
        print("warning", file=sys.stderr)

    assert tape.text == "top1\n"
    assert outer.text == "warning\n"


@given(st.lists(st.text(max_size=20), max_size=20), st.integers(0, 40))
def test_the_first_and_the_last_characters_are_kept(texts: list[str], cap: int) -> None:
    """In whatever pieces they come; nothing is cut, and nothing said, where all of it fits."""
    tape = Tape(cap)
    for text in texts:
        assert tape.write(text) == len(text)
    whole, half = "".join(texts), cap // 2

    if len(whole) <= 2 * half:
        assert tape.text == whole
    else:
        lost = len(whole) - 2 * half
        assert tape.text == (
            f"{whole[:half]}\n[{lost} more characters were printed]\n{whole[len(whole) - half :]}"
        )


def test_a_flood_takes_no_memory_and_little_time() -> None:
    """A million short lines are as bounded as one long one."""
    tape = Tape(1000)
    for number in range(200_000):
        tape.write(f"{number}\n")

    assert len(tape.text) < 1100
    assert tape.text.endswith("199999\n")
    assert len(tape._last) < 1000


def test_an_exception_does_not_lose_what_was_printed() -> None:
    """The text is read after the block as well."""
    try:
        with capture() as tape:
            print("before")
            raise KeyError
    except KeyError:
        pass

    assert tape.text == "before\n"


def test_a_stream_that_code_kept_is_heard_later() -> None:
    """A logger made while a submission is loaded writes where a later request listens."""
    with record() as first:
        kept, errors = sys.stdout, sys.stderr
        kept.write("made\n")
    with capture() as out, capture_errors() as told:
        kept.write("top1\n")
        errors.write("INFO top1\n")
    kept.write("to nobody\n")

    assert (first.text, out.text, told.text) == ("made\n", "top1\n", "INFO top1\n")


def test_a_stream_that_code_closed_is_open_for_what_is_asked_next() -> None:
    """There is one for all questions."""
    with capture():
        sys.stdout.close()
    with capture() as tape:
        print("top1", flush=True)

    assert tape.text == "top1\n"
