"""Numbers and phrases that two submissions share, where chance and the course don't explain it."""

from __future__ import annotations

from grader.classroom.similar.claims import MANY, SAME_LINES, same_answers, same_logs
from grader.records.submission import Answer, Epoch, SavedEvidence, TrainingRun

WORDS = """The skip connections bring back where an edge is, while the deep map says what stands there at all,
so that thin things keep their form and large ones their name."""


def ran(*values: float, pretrained: bool = True, label: str = "cell 9") -> SavedEvidence:
    epochs = tuple(Epoch(1.0, value, value / 2) for value in values)
    return SavedEvidence(runs=(TrainingRun(label, "fcn8s", pretrained, epochs),))


def answered(text: str) -> SavedEvidence:
    return SavedEvidence(answers=(Answer(1, "cell 20", text),))


def test_a_log_that_was_pasted_is_found() -> None:
    """Whatever cell it stands in; the numbers of two trainings differ."""
    one, copy = ran(0.5, 0.6, 0.7), ran(0.5, 0.6, 0.7, 0.8, label="cell 12")
    (pair,) = same_logs([one, ran(0.51, 0.61, 0.71), copy]).items()

    assert pair == ((0, 2), "pretrained runs: 3 of 3 epochs have equal numbers (cell 9 and cell 12)")


def test_few_numbers_or_a_run_from_scratch_tell_nothing() -> None:
    """From scratch everybody's run is the same, and before the first epoch every one is."""
    values = (0.5, 0.6, 0.7)

    assert same_logs([ran(*values[1:]), ran(*values[1:])]) == {}
    assert len(values[1:]) < SAME_LINES
    assert same_logs([ran(*values, pretrained=False)] * 2) == {}
    assert same_logs([ran(0.02, 0.03, 0.04)] * 2) == {}


def test_numbers_that_many_have_are_given() -> None:
    """A log in the handout, say."""
    assert same_logs([ran(0.5, 0.6, 0.7)] * (MANY + 1)) == {}


def test_phrases_of_an_answer_are_found() -> None:
    """With other punctuation and a word exchanged; a sentence that is shown tells which."""
    other = WORDS.replace("edge", "border").replace("bring back", "BRING back,")
    (pair, said), *more = same_answers([answered(WORDS), answered(other), answered("none of it")]).items()

    assert (pair, more) == ((0, 1), [])
    assert said.startswith("answers: 22 of 27 phrases of 5 words are the same, such as “")


def test_a_quoted_sentence_or_a_question_is_no_copy() -> None:
    """Few phrases of many; and what many have, the question itself."""
    long = " ".join(f"word{n}" for n in range(100))

    assert same_answers([answered(f"{long} {WORDS}"), answered(f"{long[::-1]} {WORDS}")]) == {}
    assert same_answers([answered(WORDS)] * (MANY + 1)) == {}
    assert same_answers([answered(""), answered("")]) == {}
