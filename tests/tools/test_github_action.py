"""The action and the workflows: valid, and the grading step does on this machine what it does on a runner."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "grade_repository.sh"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize(
    ("schema", "files"), [("github-actions", [ROOT / "action.yml"]), ("github-workflows", WORKFLOWS)]
)
def test_github_would_accept_it(schema: str, files: list[Path]) -> None:
    """By the schema that editors use."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{schema}",
        *map(str, files),
    ]

    assert subprocess.run(command, capture_output=True).returncode == 0


def action() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "action.yml").read_text()))


def test_every_input_is_used_and_every_used_one_is_there() -> None:
    """A misspelt one would be empty in silence."""
    text = (ROOT / "action.yml").read_text().partition("\nruns:")[2]
    used = {word.split(" ")[0] for word in text.split("${{ inputs.")[1:]}

    assert used == set(action()["inputs"])


def test_the_workflow_hands_on_inputs_that_the_action_has() -> None:
    """And its outputs are the action's."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/grade.yml").read_text())
    (step,) = [step for step in workflow["jobs"]["grade"]["steps"] if step.get("id") == "grade"]

    assert set(step["with"]) <= set(action()["inputs"])
    assert set(workflow[True]["workflow_call"]["outputs"]) <= set(action()["outputs"])


def test_no_step_pastes_an_expression_into_a_script() -> None:
    """A branch or an input could hold a command; scripts get them as environment."""
    steps = list(action()["runs"]["steps"])
    for path in WORKFLOWS:
        steps += [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]

    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


@dataclass(frozen=True)
class Ran:
    """What the runner sees."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A student's repository with reports of its own that must not count."""
    repository = tmp_path / "work" / "jane-fcn"
    planted = repository / "reports" / "jane-fcn"
    planted.mkdir(parents=True)
    (planted / "marks.toml").write_text("[fcn32s.crop]\npoints = 1.25\ncomment = 'mine'\n")
    return repository


def grade(checkout: Path, python: Path, tmp_path: Path, **settings: str) -> Ran:
    """Run the action's grading step as a runner does, with its environment filled in."""
    (step,) = [step for step in action()["runs"]["steps"] if step.get("id") == "grade"]
    inputs = {name: str(entry["default"]) for name, entry in action()["inputs"].items()} | settings
    inputs["repository"] = checkout.name
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    filled = {"github.action_path": str(ROOT), "github.workspace": str(checkout.parent)}
    filled |= {"runner.temp": str(tmp_path / "temp")}
    filled |= {f"inputs.{name}": value for name, value in inputs.items()}
    environment = {name: _filled(value, filled) for name, value in step["env"].items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={
            **os.environ,
            **environment,
            "PYTHON": str(python),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_TOKEN": "secret",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = outputs.read_text().splitlines() if outputs.exists() else []
    return Ran(
        done.returncode,
        done.stdout,
        summary.read_text() if summary.exists() else "",
        dict(line.split("=", 1) for line in told),
    )


def _filled(value: str, known: dict[str, str]) -> str:
    for name, text in known.items():
        value = value.replace(f"${{{{ {name} }}}}", text)
    assert "${{" not in value
    return value


def commands(log: str) -> list[str]:
    """The workflow commands that GitHub would obey."""
    obeyed, stopped = [], ""
    for line in log.splitlines():
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            obeyed.append(line)
    assert not stopped
    return obeyed


@pytest.mark.slow
def test_a_repository_is_graded(repository: Path, python: Path, tmp_path: Path) -> None:
    """Summary, annotations at file and line, outputs; the repository's own reports and marks play no part."""
    ran = grade(repository, python, tmp_path)

    assert ran.code == 0
    reports = str(tmp_path / "temp" / "score-report")
    assert ran.outputs == {
        **{"reports": reports, "nth": "", "code": "0"},
        **{"score": "0", "max-score": "5", "pending": "0"},
    }
    assert "jane" in ran.summary and "0 of 5 points" in ran.summary
    assert any(line.startswith("::error file=net.py,line=3,") for line in commands(ran.log))


@pytest.mark.slow
def test_files_are_named_from_the_repository(repository: Path, python: Path, tmp_path: Path) -> None:
    """Where the submission is a folder in it."""
    (repository / "hw3").mkdir()
    ran = grade(repository, python, tmp_path, submission="hw3")

    assert any(line.startswith("::error file=hw3/net.py,line=3,") for line in commands(ran.log))


@pytest.mark.slow
def test_the_job_ends_as_the_grading_did(repository: Path, python: Path, tmp_path: Path) -> None:
    """Reports are there all the same; a later step fails the job."""
    ran = grade(repository, python, tmp_path, **{"fail-under": "50"})

    assert (ran.code, ran.outputs["code"]) == (0, "1")
    assert "0 of 5 points" in ran.summary


@pytest.mark.slow
def test_a_students_words_are_no_commands(repository: Path, python: Path, tmp_path: Path) -> None:
    """Nor do GitHub's files and tokens reach the grader."""
    ran = grade(repository, python, tmp_path)

    assert not [line for line in commands(ran.log) if line.startswith(("::error::forged", "::set-output"))]
    assert all(
        line.startswith(("::error file=", "::error title=", "::warning ")) for line in commands(ran.log)
    )
    assert "<script>" not in ran.summary
    assert "GITHUB_" not in ran.log


@pytest.mark.parametrize("leads", ["../solution", "/proc/self/cwd", "loop"])
def test_a_link_out_of_the_repository_is_not_graded(
    repository: Path, python: Path, tmp_path: Path, leads: str
) -> None:
    """It could be graded as anybody's work that lies on the runner."""
    (repository.parent / "solution").mkdir()
    (repository / "hw3").symlink_to(leads)
    (repository / "loop").symlink_to("../jane-fcn/../solution/x")
    ran = grade(repository, python, tmp_path, submission="hw3")

    assert (ran.code, ran.outputs["code"], ran.summary) == (0, "2", "")
    assert "leads out of its repository" in commands(ran.log)[0]
    assert "score" not in ran.outputs


@pytest.mark.slow
def test_a_link_within_the_repository_is_followed(repository: Path, python: Path, tmp_path: Path) -> None:
    """That is the student's own."""
    (repository / "week 3").mkdir()
    (repository / "hw3").symlink_to("week 3")

    assert grade(repository, python, tmp_path, submission="hw3").outputs["code"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize(("how", "code"), [("crash", "134"), ("error", "1")])
def test_a_failure_of_the_grader_is_no_success(
    repository: Path, python: Path, tmp_path: Path, how: str, code: str
) -> None:
    """Its exit code is handed on."""
    (repository / "behave").write_text(how)

    assert grade(repository, python, tmp_path).outputs["code"] == code


@pytest.mark.slow
def test_a_job_can_grade_twice(repository: Path, python: Path, tmp_path: Path) -> None:
    """The second has a folder and an artefact of its own, and nothing of the first in its outputs."""
    first = grade(repository, python, tmp_path)
    (tmp_path / "outputs").unlink()
    second = grade(repository, python, tmp_path)

    assert (first.outputs["nth"], second.outputs["nth"]) == ("", "-2")
    assert second.outputs["reports"] == first.outputs["reports"] + "-2"
    assert Path(second.outputs["reports"], "jane-fcn", "report.html").exists()


def test_the_cache_is_named_after_the_lock() -> None:
    """Other packages, another cache."""
    (step,) = [step for step in action()["runs"]["steps"] if step.get("id") == "cache"]

    assert "/lock/*.txt" in step["run"]


def test_the_script_parses() -> None:
    """bash finds no error in it."""
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True)
