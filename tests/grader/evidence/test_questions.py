from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Fault, StudentRaised
from grader.evidence.questions import LOGITS, MAPS, PANEL, Logits, Maps, falsify
from grader.records.reason import Cause, Reason
from tests.share import examples

SEED = 4


@settings(max_examples=examples(30))
@given(LOGITS, st.integers(0, 3))
def test_logits_have_one_best_class(question: Logits, seed: int) -> None:
    """A question's class is the most probable by its margin, so that no tie makes two answers right."""
    logits = question.array(seed)
    order = np.argsort(logits[0])

    assert logits.shape == (1, 1000)
    assert logits.dtype == np.float32
    assert order[-1] == question.index
    assert logits[0, order[-1]] - logits[0, order[-2]] == pytest.approx(question.margin, abs=1e-4)
    assert np.array_equal(logits, question.array(seed))


@settings(max_examples=examples(20))
@given(MAPS, st.integers(0, 3))
def test_maps_have_the_sign_that_they_say(question: Maps, seed: int) -> None:
    """Weighted sums are all positive, all negative or mixed, so that a wrong minimum or maximum shows."""
    features, weight = question.arrays(seed)
    raw = np.tensordot(weight[question.index], features[0], axes=1)

    assert (features.shape, weight.shape) == ((1, 512, 7, 7), (1000, 512))
    assert features.dtype == weight.dtype == np.float32
    assert {"positive": (raw > 0).all(), "negative": (raw < 0).all(), "mixed": raw.min() < 0 < raw.max()}[
        question.sign
    ]


def test_questions_are_written_in_words() -> None:
    """A counterexample names its class and what is special about it."""
    assert "best class 5, 3 above the next, offset -20" in str(Logits(1, 5, -20.0, 3.0))
    assert "class 7, sums negative, scale 0.1" in str(Maps(2, 7, "negative", 0.1))


def test_the_panel_asks_for_every_sign() -> None:
    """The fixed questions hold mixed, positive and negative sums, and more than one scale."""
    assert {question.sign for question in PANEL} == {"mixed", "positive", "negative"}
    assert len({question.scale for question in PANEL}) > 1
    assert len({question.index for question in PANEL}) == len(PANEL)


# --- falsify ------------------------------------------------------------------------------------------


def test_a_right_answer_is_not_falsified() -> None:
    """A check that holds for every example returns."""
    seen: list[int] = []
    falsify(st.integers(0, 100), seen.append, SEED)

    assert seen


def test_the_smallest_counterexample_is_told() -> None:
    """The Fault that is raised is the one of the smallest example that fails."""

    def small(n: int) -> None:
        if n >= 10:
            raise Fault(Reason(f"{n} is too large", cause=Cause("too.large")))

    with pytest.raises(Fault) as caught:
        falsify(st.integers(0, 10_000), small, SEED)
    assert caught.value.reason.text == "10 is too large"


def test_examples_depend_on_the_seed_alone() -> None:
    """The same seed asks the same questions."""

    def asked(seed: int) -> list[int]:
        seen: list[int] = []
        falsify(st.integers(0, 10**6), seen.append, seed)
        return seen

    assert asked(1) == asked(1) != asked(2)


def test_a_student_s_exception_is_no_counterexample_of_ours() -> None:
    """What student code raises comes through as it is."""

    def raising(_: int) -> None:
        raise StudentRaised("ValueError", "no")

    with pytest.raises(StudentRaised):
        falsify(st.integers(), raising, SEED)


ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = """
import sys
from grader.records.reason import Cause, Reason
from grader.evidence.questions import MAPS, falsify

if len(sys.argv) > 1:
    import of_the_caller
drawn = []
falsify(MAPS, drawn.append, 5)
print(drawn)
"""


@pytest.mark.slow
def test_examples_follow_from_the_seed_alone(tmp_path: Path) -> None:
    """Not from numbers in the caller's modules, no plugin is run, and nothing is written beside them."""
    home = tmp_path / "home"
    installed = home / "meddler-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: meddler\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[hypothesis]\nmeddler = meddler\n")
    (home / "meddler.py").write_text("raise SystemExit('a plugin of the caller was run')")
    (home / "of_the_caller.py").write_text(f"x = {list(range(100, 900))}")
    files = set(home.rglob("*"))

    def drawn(*words: str) -> str:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{home}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY": "1",
        }
        command = [sys.executable, "-c", EXAMPLES, *words]
        return subprocess.run(
            command, cwd=home, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    assert drawn() == drawn("import")
    assert set(home.rglob("*")) == files
