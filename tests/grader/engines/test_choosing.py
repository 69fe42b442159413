"""An engine that can't be had is refused before any work, with what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engines import choosing, local
from grader.engines.choosing import Where, choose
from grader.errors import CallError


def test_this_machine_is_the_engine_unless_another_is_asked_for(tmp_path: Path) -> None:
    """As many at once as `--jobs` says."""
    assert choose(Where(jobs=3), "cpu", "auto", tmp_path) == local.Local(3)
    assert choose(Where(), "cuda", "auto", tmp_path) == local.Local(1)


@pytest.mark.parametrize(("engine", "library"), [("ray", "ray"), ("slurm", "submitit")])
def test_a_missing_extra_is_told_with_the_line_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str, library: str
) -> None:
    """The file of the lock that it names is there."""
    monkeypatch.setattr(choosing, "find_spec", lambda name: None)
    with pytest.raises(CallError) as refused:
        choose(Where(engine), "cpu", "auto", tmp_path)

    said = str(refused.value)
    assert f"needs {library}" in said and f"-r lock/{engine}.txt" in said
    assert (Path(choosing.__file__).parents[2] / "lock" / f"{engine}.txt").is_file()


def test_settings_of_slurm_go_with_slurm(tmp_path: Path) -> None:
    """Nothing that was asked for is left out in silence."""
    with pytest.raises(CallError, match="--engine slurm"):
        choose(Where(slurm=("partition=cpu",)), "cpu", "auto", tmp_path)


@pytest.mark.parametrize("engine", ["ray", "slurm"])
def test_student_code_is_held_on_a_cluster(tmp_path: Path, engine: str) -> None:
    """It would find the token, or send jobs; one's own machine is one's own risk."""
    with pytest.raises(CallError, match="--isolation none"):
        choose(Where(engine), "cpu", "none", tmp_path)
    assert choose(Where(jobs=1), "cpu", "none", tmp_path) == local.Local(1)
