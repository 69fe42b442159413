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
        """The files of one commit, without history; the token goes by the environment, not into a file."""
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
        for words in (("init", "--quiet"), ("fetch", "--quiet", "--depth=1", source, repository.commit)):
            _git(words, folder, environment)
        _git(("checkout", "--quiet", "FETCH_HEAD"), folder, environment)
        shutil.rmtree(folder / ".git")


def _git(words: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run([*GIT, *words], cwd=folder, env=environment, check=True, timeout=FETCH_SECONDS)


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
            except subprocess.SubprocessError as error:
                print(f"{repository.name}: it could not be fetched ({type(error).__name__})")
            else:
                fetched.append(repository)
        if not fetched:
            print("Nothing new.")
            return
        shown = Path(scratch, "shown")
        grade(Path(scratch, "class"), out, training, "student", "--also", "summary.md")
        shutil.copytree(out, shown)
        grade(Path(scratch, "class"), out, training, "ta")  # judged once: only what the reports show changes
        for repository in fetched:
            tell = print if dry_run else lambda text, to=repository: post(github, to, shown / to.folder, text)
            tell(verdict(shown / repository.folder))


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
