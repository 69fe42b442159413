from __future__ import annotations

import sys

from grader.worker.console import Tape, capture, record


def test_capture_keeps_standard_output_alone() -> None:
    """A warning on stderr is not part of what get_cls_pred prints."""
    with record() as outer, capture() as tape:
        print("top1")
        print("warning", file=sys.stderr)

    assert tape.text == "top1\n"
    assert outer.text == "warning\n"


def test_a_flood_is_cut_and_says_so() -> None:
    """Memory stays bounded whatever is printed."""
    tape = Tape(10)
    for _ in range(1000):
        assert tape.write("abcdef") == 6

    assert tape.text == "abcdefabcd\n[5990 more characters were printed]"


def test_an_exception_does_not_lose_what_was_printed() -> None:
    """The text is read after the block as well."""
    try:
        with capture() as tape:
            print("before")
            raise KeyError
    except KeyError:
        pass

    assert tape.text == "before\n"
