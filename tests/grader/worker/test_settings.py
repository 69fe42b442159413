from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from grader.worker import settings


def test_what_a_question_sets_does_not_hold_for_the_next() -> None:
    """Whether it ends well or raises."""
    before = _all()
    with pytest.raises(ZeroDivisionError), settings.kept():
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.autograd.set_detect_anomaly(True, check_nan=False)
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(torch.get_num_threads() + 1)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        assert not any(now == then for now, then in zip(_all(), before, strict=True))
        raise ZeroDivisionError

    assert _all() == before


def test_what_was_not_changed_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some settings import torch's compiler where they are set, whatever to."""
    set_again = list[str]()
    for name in settings.TORCH.values():
        monkeypatch.setattr(torch, name, lambda value, name=name: set_again.append(name))
    with settings.kept():
        pass

    assert not set_again


def _all() -> tuple[object, ...]:
    return (
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.is_anomaly_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_num_threads(),
        np.geterr(),
        list(warnings.filters),
    )
