"""Mends what stops each target before it is judged, as far as it can be, and tells what that costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.assignment import PART_OF
from grader.diagnosis.causes import because
from grader.diagnosis.payers import STOPPED
from grader.mending import charging, flow, paying, registering, righting, standing
from grader.mending.blanks import forward_of, unwritten
from grader.mending.edits import Mend
from grader.mending.lacking import brought, lacking, unread
from grader.mending.outcome import Mended
from grader.mending.running import Mendable
from grader.mending.trial import Trials
from grader.mending.trouble import Trouble
from grader.records.reason import Reason
from grader.records.submission import Slice, Slip
from reference.architecture import FIRST_PADDING

IDLE = Trouble("", "the forward pass applies no layer", None)  # which nothing raises
IMPORTS = ("ImportError", "ModuleNotFoundError")  # what follows from them doesn't name them


def mended(
    slice: Slice,
    student: Mendable,
    slips: tuple[Slip, ...] = (),
    asked: Collection[str] = tuple(STOPPED),
    padding: int = FIRST_PADDING,
) -> Mended:
    """Mend what stops the targets asked for, each as far as it can be; `slips` were mended as it was read.

    `padding` is that of conv1_1 as the year wants it.
    """
    trials = Trials(student, slice, padding)
    beyond = {target: reason for target in asked if (reason := _unread(target, slice))}
    found = Mended(slice, slips=slips, lacks=beyond)
    for target in (target for target in STOPPED if target in slice.targets and target in asked):
        before = trials.slice
        try:
            one = _mended(trials, target, slice)
        except Exception as error:  # code that nobody foresaw: it is ours to look at
            trials.take(before)
            text = f"the grader broke where it looked for slips: {type(error).__name__}: {error}"
            one = Mended(before, lacks={target: Reason(text[:500])})
        found = found.with_more(one, trials.slice)
    return found


def _unread(target: str, slice: Slice) -> Reason | None:
    return None if target in slice.targets else unread(target, slice) or brought(slice)


def _mended(trials: Trials, target: str, slice: Slice) -> Mended:
    """Mend what stops one target."""
    if (blank := unwritten(slice, target)) and trials.trouble(target):  # what runs stands outside of it
        return Mended(slice, {target: because("code.blank", actual="nothing", place=blank, name=target)})
    before = trials.slice
    forward = forward_of(slice, target)
    stopped = trials.trouble(target) if forward and forward[1] else None
    found = (stopped, []) if stopped else trials.mend(target)
    if (
        stopped
        or trials.applies_nothing(target)
        or (found and found[1] and _is_spoilt(trials, target, before))
    ):
        trials.take(before)
        found = (found[0] if found else IDLE), []
    if found is None:
        return _known(trials, target, slice)
    return _by_mends(trials, target, slice, *found) or _standing_in(trials, target, found[0]) or Mended(slice)


def _is_spoilt(trials: Trials, target: str, before: Slice) -> bool:
    """Whether mends came to a network of which most plays no part, which its own code may have."""
    return trials.comes_to_little(target) and not flow.is_kept(before, trials.slice)


def _by_mends(
    trials: Trials, target: str, slice: Slice, trouble: Trouble, made: Sequence[Mend]
) -> Mended | None:
    """What comes of a target that changes let run; None where none did, and the trouble is its own."""
    words = [mend.words.replace("__import__('torch').", "") for mend in made]
    if (not words or any(mend.leaves for mend in made)) and (lack := lacking(trouble, slice)):
        return Mended(slice, lacks={target: lack})
    if not (words or trouble.kind in IMPORTS or trouble.first):
        return None
    left = frozenset({target} if any(mend.leaves for mend in made) else ())
    shown = slice if left else trials.slice  # what was left out shows its step
    righted = target in righting.RIGHT and all(mend.lines for mend in made)
    pays = () if righted else charging.paying(shown, target, trouble.place)
    pays += _lines(target, made)
    told = tuple(cause for mend in made for cause in mend.shown) if all(one.shown for one in made) else ()
    trouble = replace(trouble, place=next((mend.made for mend in made[:1] if mend.made), trouble.place))
    reason = _reason(trouble, words)
    unseen = paying.unseen(slice, target) if left else frozenset()
    return Mended(
        slice, {target: reason}, paying={target: pays}, left=left, shown={target: told}, unseen=unseen
    )


def _standing_in(trials: Trials, target: str, trouble: Trouble) -> Mended | None:
    """A model whose layers are judged as its constructor makes them; None where it makes none."""
    slice = trials.slice
    if (made := trials.stand_in(target)) is None:
        return None
    beside = "Its layers are judged as the constructor makes them"
    beside += "".join(f", with {mend.words}" for mend in made)
    place, empty = forward_of(slice, target) or (trouble.place, False)
    if trouble == IDLE or (empty and not made):
        text = f"the forward pass of {target} {'was not written' if empty else 'applies no layer'}. {beside}"
        reason = because("code.unwritten", network=target, text=text, actual="nothing", place=place)
    else:
        text = f"{str(trouble).rstrip('.')}. {beside}"
        reason = because("code.raises", text=text, place=trouble.place, kind=trouble.kind)
    pays = {target: (*standing.lines(slice, target), *_lines(target, made))}
    return Mended(slice, {target: reason}, paying=pays)


def _reason(trouble: Trouble, words: list[str]) -> Reason:
    """What is said of a target that was mended, or that can't be."""
    if not words:
        return because("code.raises", text=str(trouble), place=trouble.place, kind=trouble.kind)
    read, told = "; ".join(words), str(trouble)
    text = f"{told.rstrip('.')}. Judged as if mended: {read}"
    return because("code.slip", text=text, actual=told, place=trouble.place, wrong=read, kind=trouble.kind)


def _lines(target: str, made: Sequence[Mend]) -> tuple[str, ...]:
    """The lines that mends name; where others stand beside them that show nowhere, the usual one too."""
    named = tuple(f"{PART_OF[target]}.{line}" for mend in made for line in mend.lines)
    others = any(not (mend.lines or mend.shown) for mend in made)
    return (*named, STOPPED[target]) if named and others else named


def _known(trials: Trials, target: str, slice: Slice) -> Mended:
    """Let a network that runs know the layers which it keeps in plain lists."""
    made = trials.register(target)
    if not made:
        return Mended(slice)
    reason = registering.reason(made)
    return Mended(slice, {target: reason}, paying={target: (f"{PART_OF[target]}.{registering.LINE}",)})
