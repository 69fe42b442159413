"""An engine that can't be had is refused before any work, with what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engines import choosing, local
from grader.engines.choosing import Where, choose
from grader.errors import CallError


def test_this_machine_is_the_engine_unless_another_is_asked_for(tmp_path: Path) -> None:
    """As many at once as `--jobs` says."""
    assert choose(Where(jobs=3), "cpu", tmp_path) == local.Local(3)
    assert choose(Where(), "cuda", tmp_path) == local.Local(1)


@pytest.mark.parametrize(("engine", "library"), [("ray", "ray"), ("slurm", "submitit")])
def test_a_missing_extra_is_told_with_the_line_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str, library: str
) -> None:
    """The file of the lock that it names is there."""
    monkeypatch.setattr(choosing, "find_spec", lambda name: None)
    with pytest.raises(CallError) as refused:
        choose(Where(engine), "cpu", tmp_path)

    said = str(refused.value)
    assert f"needs {library}" in said and f"-r lock/{engine}.txt" in said
    assert (Path(choosing.__file__).parents[2] / "lock" / f"{engine}.txt").is_file()


def test_settings_of_slurm_go_with_slurm(tmp_path: Path) -> None:
    """Nothing that was asked for is left out in silence."""
    with pytest.raises(CallError, match="--engine slurm"):
        choose(Where(slurm=("partition=cpu",)), "cpu", tmp_path)
