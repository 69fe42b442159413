"""Grades students' GitHub repositories from a private one: fetch, grade, post status, summary and report.

    python -m tools.github_class repositories.txt --out reports [--training none] [--again] [--dry-run]

`repositories.txt` has a line `owner/name` for each repository. The one token, in GRADER_TOKEN, needs to read
and write their contents and commit statuses. It reaches no file, no log and nothing that reads submissions.
"""

from __future__ import annotations

import base64
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

ROOT = Path(__file__).resolve().parents[1]
CONTEXT = "grader"  # the name of our status at a commit
BRANCH = "score-report"  # of the student's repository, where the report goes
NAME = re.compile(r"[\w.-]+/[\w.-]+")
LONGEST = 140  # characters that GitHub takes of a status
GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.file.allow=user", "-c", "core.symlinks=false")
FETCH_SECONDS = 300
REPORTS = ("report.html", "summary.md")
MOST_FILES = 20_000  # of a repository
MOST_LISTED = 16 << 20  # bytes of their names
MOST_BYTES = 1 << 30
NOWHERE = Path(os.devnull)


class NotFetchedError(Exception):
    """A repository whose files could not, or must not, be had; the message says why."""


@dataclass(frozen=True)
class Repository:
    """A student's repository at the commit that is graded."""

    name: str
    commit: str

    @property
    def folder(self) -> str:
        """What it is called among the submissions."""
        return self.name.replace("/", "__")


class GitHub:
    """The few questions of GitHub's interface that are needed."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self.server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request; None where there is no such thing."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api}/{path}", data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (404, 409):  # 409: a repository without a commit
                return None
            raise

    def fetch(self, repository: Repository, folder: Path) -> None:
        """The files of one commit, without history; the token goes by the environment, not into a file.

        Raises NotFetchedError, and leaves nothing behind then.
        """
        credentials = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        environment = {
            **{name: value for name, value in os.environ.items() if name != "GRADER_TOKEN"},
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self.server}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
        }
        folder.mkdir(parents=True)
        source = f"{self.server}/{repository.name}.git"
        try:
            _git(("init", "--quiet"), folder, environment)
            _git(("fetch", "--quiet", "--depth=1", source, repository.commit), folder, environment)
            listing = folder / ".git" / "listing"
            _git(("ls-tree", "-r", "-l", "-z", "FETCH_HEAD"), folder, environment, listing, MOST_LISTED)
            _check(listing)
            _git(("checkout", "--quiet", "FETCH_HEAD"), folder, environment)
            shutil.rmtree(folder / ".git")
        except (subprocess.SubprocessError, OSError, NotFetchedError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            why = str(error) if isinstance(error, NotFetchedError) else type(error).__name__
            raise NotFetchedError(why) from None


def _git(
    words: Sequence[str],
    folder: Path,
    environment: dict[str, str],
    into: Path = NOWHERE,
    most: int = MOST_BYTES,
) -> None:
    """Run git, which may write no file of more bytes, nor take memory without end."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))

    with into.open("wb") as output:
        subprocess.run(
            [*GIT, *words],
            cwd=folder,
            env=environment,
            check=True,
            timeout=FETCH_SECONDS,
            stdout=output,
            preexec_fn=bound,
        )


def _check(listing: Path) -> None:
    """Raise NotFetchedError for more than is checked out: a few objects can stand for millions of files."""
    lines = listing.read_bytes().split(b"\0")[:-1]
    sizes = [int(size) for line in lines if (size := line.split(maxsplit=4)[3]).isdigit()]  # of a module: "-"
    if not 0 < len(lines) <= MOST_FILES or sum(sizes) > MOST_BYTES:
        raise NotFetchedError("it holds nothing, or too much")


def grade_class(
    repositories: Annotated[Path, typer.Argument(help="A file with a line owner/name for each repository.")],
    out: Annotated[Path, typer.Option(help="Folder that the reports are written to.")] = Path("reports"),
    training: Annotated[str, typer.Option(help="Training run.")] = "none",
    again: Annotated[bool, typer.Option(help="Grade commits too that have a status of ours.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Post nothing.")] = False,
) -> None:
    """Grade what is new in every repository, and post what came of it."""
    github = GitHub(os.environ.pop("GRADER_TOKEN", ""))
    with tempfile.TemporaryDirectory() as scratch:
        fetched = []
        for repository in new(github, names(repositories), again):
            try:
                github.fetch(repository, Path(scratch, "class", repository.folder))
            except NotFetchedError as error:
                print(f"{repository.name}: it could not be fetched ({error})")
            else:
                fetched.append(repository)
        if not fetched:
            print("Nothing new.")
            return
        shown = Path(scratch, "shown")
        grade(Path(scratch, "class"), out, training, "student", "--also", "summary.md")
        shutil.copytree(out, shown)
        grade(Path(scratch, "class"), out, training, "ta")  # judged once: only what the reports show changes
        told = [_tell(github, one, shown / one.folder, dry_run) for one in fetched]
    if not all(told):
        sys.exit("Not every repository took its report.")


def _tell(github: GitHub, repository: Repository, folder: Path, dry_run: bool) -> bool:
    """Answer one repository; False where it takes no answer, which costs no other one theirs."""
    try:
        text = verdict(folder)
        print(text) if dry_run else post(github, repository, folder, text)
    except (OSError, ValueError, LookupError, TypeError) as error:  # urllib's errors are OSErrors
        print(f"{repository.name}: its report could not be posted ({type(error).__name__}: {error})")
        return False
    return True


def names(file: Path) -> list[str]:
    """The repositories that a file lists; ends the run at a line that is none."""
    lines = [line.split("#")[0].strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    if wrong := [line for line in lines if line and not NAME.fullmatch(line)]:
        sys.exit(f"{file}: {wrong[0]!r} is not owner/name")
    once = {line.casefold(): line for line in reversed(lines) if line}
    return [line for line in dict.fromkeys(lines) if line in once.values()]


def new(github: GitHub, repositories: Sequence[str], again: bool) -> Iterator[Repository]:
    """The repositories whose newest commit has no status of ours."""
    for name in repositories:
        head = github.ask("GET", f"repos/{name}/commits/HEAD")
        if head is None:
            print(f"{name}: there is no such repository, it is empty, or the token may not read it")
            continue
        status = github.ask("GET", f"repos/{name}/commits/{head['sha']}/status") or {"statuses": []}
        if again or CONTEXT not in [one["context"] for one in status["statuses"]]:
            yield Repository(name, head["sha"])


def grade(folder: Path, out: Path, training: str, audience: str, *more: str) -> None:
    """Run the grader on the class; that a person must look at something is no failure of the run."""
    words = ("--out", str(out), "--training", training, "--audience", audience, *more)
    command = [sys.executable, "-m", "grader", "class", *words, "--", str(folder)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode not in (0, 1):
        sys.exit("The class could not be graded.")


def verdict(folder: Path) -> str:
    """The status's words: points of those assessed, and what is left."""
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except OSError:
        return ""
    told = f"{report['score']:g} of {report['max_score'] - report['pending']:g} points assessed"
    left = f", {report['pending']:g} not assessed yet" if report["pending"] else ""
    errors = sum(check["outcome"] == "error" for check in report["checks"])
    return f"{told}{left}{f'; a person looks at {errors} lines' if errors else ''}"[:LONGEST]


def post(github: GitHub, repository: Repository, folder: Path, told: str) -> None:
    """Put the report on a branch of its own, the summary at the commit, and the status last."""
    at = f"repos/{repository.name}"
    if not told:
        body = {"state": "error", "context": CONTEXT, "description": "Not graded; the course staff looks."}
        github.ask("POST", f"{at}/statuses/{repository.commit}", body)
        return
    if github.ask("GET", f"{at}/branches/{BRANCH}") is None:
        ref = {"ref": f"refs/heads/{BRANCH}", "sha": repository.commit}
        github.ask("POST", f"{at}/git/refs", ref)
    for name in REPORTS:
        put(github, at, name, (folder / name).read_bytes(), repository.commit)
    summary = (folder / "summary.md").read_text(encoding="utf-8")[:60_000]
    github.ask("POST", f"{at}/commits/{repository.commit}/comments", {"body": summary})
    state = "pending" if "a person looks" in told else "success"
    target = f"{github.server}/{repository.name}/blob/{BRANCH}/score-report/summary.md"
    body = {"state": state, "context": CONTEXT, "description": told, "target_url": target}
    github.ask("POST", f"{at}/statuses/{repository.commit}", body)


def put(github: GitHub, at: str, name: str, content: bytes, commit: str) -> None:
    """Write one file on the branch of reports, over an older one."""
    path = f"{at}/contents/score-report/{name}"
    older = github.ask("GET", f"{path}?ref={BRANCH}")
    body = {"message": f"Score report of {commit[:7]} [skip ci]", "branch": BRANCH}
    body["content"] = base64.b64encode(content).decode()
    if older:
        body["sha"] = older["sha"]
    github.ask("PUT", path, body)


if __name__ == "__main__":
    typer.run(grade_class)
