"""A class of repositories is fetched, graded and answered, against a GitHub of this machine's own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import github_class
from tools.github_class import BRANCH, grade_class, names, verdict

TOKEN = "github_pat_secret"
REPORT = {"score": 70.5, "max_score": 100, "pending": 20, "checks": [{"outcome": "passed"}]}


class Server(ThreadingHTTPServer):
    """Answers like GitHub for two repositories, and keeps what it is told."""

    def __init__(self, commits: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.commits = commits
        self.told: list[tuple[str, str, Any]] = []
        self.statuses: dict[str, list[dict[str, str]]] = {}
        self.branches: set[str] = set()
        self.planted: set[str] = set()  # paths of the reports, where a student made something else


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name, _, rest = self._path().partition("/commits/")
        if rest == "HEAD":
            self._answer({"sha": self.server.commits[name]} if name in self.server.commits else None)
        elif rest.endswith("/status"):
            self._answer({"statuses": self.server.statuses.get(rest.removesuffix("/status"), [])})
        elif any(path in name for path in self.server.planted):
            self._answer([{"name": "a folder where the report belongs"}])
        else:
            self._answer({"sha": "older"} if "README" in rest else None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.command, self._path(), body))
        if "/statuses/" in self.path:
            self.server.statuses.setdefault(self.path.rpartition("/")[2], []).append(body)
        self._answer({})

    def do_PUT(self) -> None:
        self.do_POST()

    def _path(self) -> str:
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        return self.path.removeprefix("/repos/")

    def _answer(self, value: object) -> None:
        self.send_response(404 if value is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(value or {}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def repository(folder: Path) -> str:
    """A repository with one commit; its id."""
    folder.mkdir(parents=True)
    (folder / "net.py").write_text("x = 1\n")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "Work")):
        subprocess.run([*git, *words], cwd=folder, check=True)
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The service, and two repositories that git can fetch from."""
    server = Server({name: repository(tmp_path / "git" / f"{name}.git") for name in ("c/ann", "c/ben")})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("GITHUB_SERVER_URL", (tmp_path / "git").as_uri())
    monkeypatch.setattr(github_class, "grade", graded)
    yield server
    server.shutdown()
    server.server_close()


def graded(folder: Path, out: Path, training: str, audience: str, *more: str) -> None:
    """Stands for the grader; it sees the files alone."""
    for submission in sorted(folder.iterdir()):
        assert [path.name for path in submission.iterdir()] == ["net.py"]
        home = out / submission.name
        home.mkdir(parents=True, exist_ok=True)
        (home / "report.json").write_text(json.dumps(REPORT))
        (home / "report.html").write_text(f"for a {audience}")
        (home / "summary.md").write_text(f"summary for a {audience}")


def run(tmp_path: Path, *names: str, again: bool = False) -> None:
    os.environ["GRADER_TOKEN"] = TOKEN
    (tmp_path / "repositories.txt").write_text("".join(f"{name}\n" for name in names))
    grade_class(tmp_path / "repositories.txt", tmp_path / "out", "none", again, False)


@pytest.mark.slow
def test_each_repository_gets_report_summary_and_status(github: Server, tmp_path: Path) -> None:
    """For students; the status comes last, so that who sees it finds the rest."""
    run(tmp_path, "c/ann", "c/ben")
    ann = [(path.partition("c/ann/")[2], body) for _, path, body in github.told if "c/ann" in path]
    files = {path: base64.b64decode(body["content"]).decode() for path, body in ann if "contents" in path}

    assert files == {
        "contents/score-report/report.html": "for a student",
        "contents/score-report/summary.md": "summary for a student",
    }
    assert ann[0] == ("git/refs", {"ref": f"refs/heads/{BRANCH}", "sha": github.commits["c/ann"]})
    assert ann[-1][0] == f"statuses/{github.commits['c/ann']}"
    assert ann[-1][1]["description"] == "70.5 of 80 points assessed, 20 not assessed yet"
    assert (tmp_path / "out" / "c__ben" / "report.html").read_text() == "for a ta"


@pytest.mark.slow
def test_a_commit_is_graded_once(github: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless asked to do it again."""
    run(tmp_path, "c/ann")
    before = len(github.told)
    run(tmp_path, "c/ann")
    assert len(github.told) == before
    assert "Nothing new." in capsys.readouterr().out

    run(tmp_path, "c/ann", again=True)
    assert len(github.told) > before


def test_a_repository_that_is_not_there_costs_nobody_else(
    github: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And is named."""
    run(tmp_path, "c/nobody", "c/ben")

    assert "c/nobody: there is no such repository" in capsys.readouterr().out
    assert any("c/ben" in path for _, path, _ in github.told)


@pytest.mark.slow
def test_a_repository_that_takes_no_report_costs_nobody_else_theirs(
    github: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A student can make a folder where the report belongs."""
    github.planted.add("c/ann/contents/score-report/report.html")
    with pytest.raises(SystemExit, match="Not every repository took its report"):
        run(tmp_path, "c/ann", "c/ben")

    assert "c/ann: its report could not be posted" in capsys.readouterr().out
    assert any("c/ben/statuses" in path for _, path, _ in github.told)


@pytest.mark.slow
def test_few_objects_that_stand_for_millions_of_files_are_not_unpacked(
    github: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten folders in ten folders, eight deep, all the same: a hundred million files in ten objects."""
    github.commits["c/bomb"] = bomb(tmp_path / "git" / "c" / "bomb.git")
    run(tmp_path, "c/bomb", "c/ben")

    assert "c/bomb: it could not be fetched" in capsys.readouterr().out
    assert any("c/ben/statuses" in path for _, path, _ in github.told)
    assert not any("c/bomb" in path for _, path, _ in github.told)


def bomb(folder: Path) -> str:
    """A repository of a hundred million files in ten objects; its commit."""
    repository(folder)

    def git(*words: str, given: str = "") -> str:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *name, *words], cwd=folder, input=given, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    entry = f"100644 blob {git('hash-object', '-w', '--stdin', given='x')}"
    for _ in range(8):
        tree = git("mktree", given="".join(f"{entry}\tn{number}\n" for number in range(10)))
        entry = f"040000 tree {tree}"
    commit = git("commit-tree", "-m", "Work", tree)
    git("update-ref", "HEAD", commit)
    return commit


def test_the_token_stays_out_of_sight(
    github: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in no file, no output and no environment of the process that reads submissions."""

    def looked(folder: Path, out: Path, *words: str) -> None:
        assert TOKEN not in str(os.environ)
        graded(folder, out, *words)

    monkeypatch.setattr(github_class, "grade", looked)
    run(tmp_path, "c/ann")

    assert TOKEN not in "".join(capfd.readouterr())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_a_line_that_is_no_repository_ends_it(tmp_path: Path) -> None:
    """Before anything is fetched."""
    (tmp_path / "list").write_text("# the class\nc/ann\nhttps://example.org/c/ben\n")

    with pytest.raises(SystemExit, match="is not owner/name"):
        names(tmp_path / "list")


def test_a_repository_is_listed_once(tmp_path: Path) -> None:
    """GitHub knows no case; two folders of it would be one on some file systems."""
    (tmp_path / "list").write_text("c/Ann\nc/ben # late\nC/ann\n\nc/ben\n")

    assert names(tmp_path / "list") == ["c/Ann", "c/ben"]


def test_a_submission_without_a_grade_has_no_verdict(tmp_path: Path) -> None:
    """What needs a person says so, within what GitHub takes."""
    assert verdict(tmp_path) == ""
    (tmp_path / "report.json").write_text(json.dumps({**REPORT, "checks": [{"outcome": "error"}] * 3}))

    assert verdict(tmp_path).endswith("; a person looks at 3 lines")
