"""Kills a review at random moments of a scripted session, again and again: no accepted mark may be lost.

`python -m tools.crash_review --rounds 200`. A mark is accepted when the browser is led on.
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fixtures.review_class import write
from fixtures.review_session import Ended, Session
from grader.marks.entry import Mark
from grader.marks.store import Store, beside

LINES = ("questions.question1", "questions.question2")
LONGEST = 1.0  # seconds that a session lives after its first page


def crash(
    rounds: Annotated[int, typer.Option(help="How often.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> None:
    """Print how many marks were accepted and how many of them are there; end with 1 where one is lost."""
    with TemporaryDirectory() as scratch:
        accepted, lost = tried(Path(scratch) / "reports", rounds, random.Random(seed))
    print(f"{rounds} times killed, {accepted} marks accepted, {lost} lost")
    sys.exit(lost > 0)


def tried(out: Path, rounds: int, draw: random.Random) -> tuple[int, int]:
    """How many marks were accepted over all rounds, and how many of them the log doesn't hold."""
    write(out, 12)
    accepted = list[str]()
    for number in range(rounds):
        accepted += _session(out, number, draw.random() * LONGEST)
    with Store.open(beside(out)) as store:
        kept = {entry.what.own for entry in store.entries() if isinstance(entry.what, Mark)}
    return len(accepted), len(set(accepted) - kept)


def _session(out: Path, number: int, seconds: float) -> list[str]:
    """The words of the marks that were accepted before the process was killed."""
    session, accepted = Session(out), list[str]()
    timer = threading.Timer(seconds, session.process.kill)
    try:
        path, page = session.page(f"/queue/{LINES[0]}")
        timer.start()
        while True:
            path = path if 'class="mark"' in page else _any(session)
            page = session.page(path)[1]
            words = f"round {number}, mark {len(accepted)}"
            path = session.mark(path, page, words)
            accepted.append(words)
            path, page = session.page(path)
    except Ended:
        return accepted
    finally:
        timer.cancel()
        session.end()


def _any(session: Session) -> str:
    """An answer that is marked already, to be marked again."""
    end = session.page(f"/queue/{LINES[0]}")[1]
    return end.partition('<a href="/queue/')[2].partition('"')[0].join(("/queue/", ""))


if __name__ == "__main__":
    typer.run(crash)
