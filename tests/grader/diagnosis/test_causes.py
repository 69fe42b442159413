from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from grader.diagnosis.causes import LONGEST, SAYING, because, cause, merge, sentence
from grader.diagnosis.sentences import SENTENCES, WORDS
from grader.records.reason import Cause, Place, Reason

FIRST = Reason("a is wrong", "look there", "a = 1", "a = 2", None, Cause("a"))
SECOND = Reason("b is wrong", "", "b = 1", "b = 3", Place("cell 2", 4), Cause("b"))


def test_a_sentence_is_made_of_its_cause() -> None:
    """The id chooses the sentence, the parameters fill it."""
    reason = because("crop.offset", got=18, want=19, actual="18")

    assert reason.text == "the crop starts at 18, it must start at 19"
    assert reason.cause == Cause("crop.offset", {"got": 18, "want": 19})


def test_what_this_run_saw_stands_in_the_text_alone() -> None:
    """Numbers drawn from the seed make no other cause."""
    told = [because("maps.class", image="cat.jpg", text=f"class {n}") for n in (3, 4)]

    assert [reason.text for reason in told] == ["class 3", "class 4"]
    assert told[0].cause == told[1].cause


@pytest.mark.parametrize("id", SENTENCES)
def test_every_sentence_can_be_made(id: str) -> None:
    """Braces are balanced, and each parameter has a name."""
    names = [name for _, name, _, _ in Formatter().parse(SENTENCES[id]) if name is not None]
    told = dict.fromkeys(set(names) - set(WORDS), "x")

    assert all(names)
    assert sentence(cause(id, **told)) == SAYING.vformat(SENTENCES[id], (), {**told, **WORDS})


def test_a_type_has_its_article() -> None:
    assert sentence(cause("map.type", got="OrderedDict")).endswith("returns an OrderedDict, not an array")


@pytest.mark.parametrize("given", [{}, {"got": 1}, {"got": 1, "want": 2, "more": 3}])
def test_parameters_are_those_of_the_sentence(given: dict[str, Any]) -> None:
    """One too few or too many is a mistake of the grader."""
    with pytest.raises(AssertionError):
        because("crop.offset", **given)


def test_an_unknown_cause_is_a_mistake() -> None:
    """No sentence says what it is."""
    with pytest.raises(AssertionError):
        because("crop.color")


def test_a_cause_of_another_version_is_told_by_its_id() -> None:
    """A report may be older or newer than the grader that reads it."""
    assert sentence(Cause("crop.color", {"got": "red"})) == "crop.color(got=red)"
    assert sentence(Cause("crop.offset", {"at": 3})) == "crop.offset(at=3)"


def test_a_parameter_has_an_end() -> None:
    """What a student chose, such as the name of a class, is cut."""
    made = cause("build.output", type="x" * 9999)

    assert len(str(made.parameters["type"])) == LONGEST


def test_one_fault_is_itself() -> None:
    """A single one needs no merging."""
    assert merge([FIRST]) == FIRST


def test_faults_of_a_line_are_told_in_one_sentence() -> None:
    """Texts are joined, expectations listed, the first known place is where to look, all causes are kept."""
    assert merge([FIRST, SECOND]) == Reason(
        "a is wrong; b is wrong",
        "look there",
        "a = 1\nb = 1",
        "a = 2\nb = 3",
        Place("cell 2", 4),
        Cause("a", also=(Cause("b"),)),
    )


def test_what_is_said_twice_is_told_once() -> None:
    """Equal texts, expectations, values and causes appear once."""
    merged = merge([FIRST, FIRST, SECOND])

    assert merged == merge([FIRST, SECOND])


def test_a_long_list_of_one_kind_hides_no_other() -> None:
    """Of each kind one fault is told, wherever it stands."""
    merged = merge([*(Reason(f"a{n} is wrong", cause=Cause("a", {"n": n})) for n in range(9)), SECOND])

    assert merged.text == "; ".join(f"a{n} is wrong" for n in range(5)) + "; b is wrong; and 4 more"
    assert merged.cause is not None and merged.cause.each[-1].id == "b"


def test_a_long_list_is_counted() -> None:
    """Beyond six faults their number is told."""
    merged = merge([Reason(f"{n} is wrong", cause=Cause(f"c{n}")) for n in range(9)])

    assert merged.text.count("is wrong") == 6
    assert merged.text.endswith("; and 3 more")
    assert merged.cause is not None and len(merged.cause.each) == 6
