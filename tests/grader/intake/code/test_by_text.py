"""Names that code binds by their text are bound, and none that can't be told."""

from __future__ import annotations

import ast

import pytest

from grader.intake.code.names import names

FCNS = {"FCN8s", "FCN16s", "FCN32s"}
OWN = "sys.modules[__name__]"


@pytest.mark.parametrize(
    ("code", "bound"),
    [
        ("globals()['FCN8s'] = net", {"FCN8s"}),
        ("vars()['a'], locals()['b'] = 1, 2", {"a", "b"}),
        ("for n in (8, 32):\n    globals()[f'FCN{n}s'] = make(n)", FCNS | {"n"}),
        ("globals().update(FCN8s=net, x=1)", {"FCN8s", "x"}),
        ("globals().update({'FCN8s': net, **more})", {"FCN8s"}),
        ("globals().update({f'FCN{n}s': make(n) for n in (8, 32)})", FCNS),
        ("globals().setdefault('FCN8s', net)", {"FCN8s"}),
        (f"setattr({OWN}, 'FCN8s', net)", {"FCN8s"}),
        (f"{OWN}.__dict__['FCN8s'] = net", {"FCN8s"}),
        ("exec('class FCN8s(Net):\\n    x = 1\\ny = 2')", {"FCN8s", "y"}),
        ("exec(f'FCN{n}s = Net{n}')", FCNS),
    ],
)
def test_what_stands_in_texts_is_bound(code: str, bound: set[str]) -> None:
    """Of a name with holes the graded ones that it can be; none of them for sure."""
    found = names(ast.parse(code))

    assert found.binds == bound and not found.sure & FCNS


@pytest.mark.parametrize(
    "code",
    [
        *("globals()[name] = net", "globals().update(nets)", "globals()['FCN8s']", "table['FCN8s'] = net"),
        *("vars(net)['FCN8s'] = 1", "setattr(net, 'FCN8s', 1)", "exec(source)", "del globals()['FCN8s']"),
        "def f():\n    globals()['FCN8s'] = net",
    ],
)
def test_other_code_binds_nothing_by_text(code: str) -> None:
    """Where the name is not told, what is changed is another object, or it only runs when it is called."""
    assert "FCN8s" not in names(ast.parse(code)).binds


@pytest.mark.parametrize(
    "code",
    [
        *(r"exec('\ud800 = 1')", r"globals()[f'\ud800{n}s'] = net", r"exec(f'\ud800{n}s = 1')"),
        *("globals()[f'{n}" + "a" * 200_000 + "'] = net", "globals()['" + "HOLE_" * 50_000 + "'] = net"),
    ],
)
def test_odd_texts_bind_no_graded_name(code: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Halves of characters, and names that no class has; none prints anything."""
    assert not names(ast.parse(code)).binds & FCNS
    assert not any(capfd.readouterr())
