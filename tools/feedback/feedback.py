"""Says how a submission is read: what is found of it, what is left out and why. It judges nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from grader import profiles
from grader.intake import read
from grader.records.submission import Dropped, Submission

HEAD = "## How your submission is read\n\nThis says whether it can be graded, not whether it is right.\n"
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~@&$:])")


def main() -> int:
    """Write the summary, print the annotations; 1 where something would not be graded."""
    path = Path(os.environ["SUBMISSION"])
    submission = read(path)
    prefix = path if path.is_dir() else path.parent
    with Path(os.environ.get("GITHUB_STEP_SUMMARY") or os.devnull).open("a", encoding="utf-8") as summary:
        summary.write(HEAD + "".join(f"- {line}\n" for line in said(submission)))
    for command in commands(submission, prefix):
        print(command)
    return int(bool(submission.problem or missing(submission)))


def missing(submission: Submission) -> list[str]:
    """The names that are graded and that nobody defines."""
    return [name for name in profiles.load().graded if name not in submission.slice.targets]


def said(submission: Submission) -> Iterator[str]:
    """The lines of the summary, as markdown in which nothing of the student's is markup."""
    if submission.problem:
        yield f"**It can't be read:** {plain(submission.problem)}"
        return
    yield f"Read from {plain(submission.source)}"
    for name in profiles.load().graded:
        yield f"{plain(name)}: {'found' if name in submission.slice.targets else '**not found**'}"
    for note in submission.notes:
        yield plain(note)
    for one in broken(submission):
        yield plain(f"{one.label}, line {one.line} is left out: {one.reason}")


def broken(submission: Submission) -> list[Dropped]:
    """The statements that are no Python."""
    return [one for one in submission.slice.dropped if one.reason.startswith("does not parse")]


def commands(submission: Submission, prefix: Path) -> Iterator[str]:
    """GitHub's commands: what is missing, and what doesn't parse, at its line of the file."""
    if submission.problem:
        yield f"::error title=This submission can't be read::{data(submission.problem)}"
    for name in missing(submission) if not submission.problem else []:
        yield f"::error title={name} is not found::It is graded under this name."
    for one in broken(submission):
        where = submission.files.get(one.label)
        line = where.lines[one.line - 1] if where and 1 <= one.line <= len(where.lines) else 1
        file = value(str(prefix / where.file)) if where else ""
        text = data(f"{one.label}, line {one.line}: {one.reason}")
        yield f"::warning file={file},line={line},title=Left out::{text}"


def plain(text: str) -> str:
    """Text as markdown that shows it as it is, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def data(text: str) -> str:
    """Text as a command's message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def value(text: str) -> str:
    """Text as a command's property."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


if __name__ == "__main__":
    sys.exit(main())
