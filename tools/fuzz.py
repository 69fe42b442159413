"""Fuzz every reader of what others wrote: `python -m tools.fuzz [--minutes 5] [--target NAME]`.

What breaks one is written to fixtures/crashes/, where tests try it from then on; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fixtures.fuzzing import TARGETS, keep

ROUND = 200  # examples between two looks at the clock


def fuzz(target: str, seconds: float) -> tuple[int, list[str]]:
    """Feed a target for some seconds: how many examples, and the names of the fixtures that were made."""
    end, count, found = time.monotonic() + seconds, 0, list[str]()
    while time.monotonic() < end and not found:
        count += ROUND
        broken = _round(target, time.monotonic_ns())
        if broken is not None:
            found.append(str(keep(target, broken)))
    return count, found


def _round(target: str, number: int) -> bytes | None:
    """The smallest bytes of this round that break a target, or None."""
    last: list[bytes] = []

    @seed(number)
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = data.draw(TARGETS[target].data)
        try:
            TARGETS[target].check(drawn)
        except Exception:
            last.append(drawn)
            raise

    try:
        check()
    except Exception:
        traceback.print_exc()
        return last[-1]
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--target", choices=TARGETS, action="append")
    options = parser.parse_args(arguments)
    targets = options.target or list(TARGETS)
    broken = False
    for target in targets:
        count, found = fuzz(target, 60 * options.minutes / len(targets))
        broken |= bool(found)
        print(
            f"{target:13} {count:7} examples  {'broke: ' + ', '.join(found) if found else 'held'}", flush=True
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
