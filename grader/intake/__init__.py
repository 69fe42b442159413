"""Intake: from a path to a Submission, without running a line of it."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader import profiles
from grader.errors import IntakeError
from grader.intake.choosing import Choice, choose
from grader.intake.claims.beside import unread, with_logs_beside, with_those_beside
from grader.intake.claims.evidence import evidence
from grader.intake.claims.held import held
from grader.intake.claims.outputs import cut
from grader.intake.claims.page import page
from grader.intake.code.cam import cam_cell
from grader.intake.code.copying import copiers_of, copyings
from grader.intake.code.cutting import dropped, modules
from grader.intake.code.magics import run_name
from grader.intake.code.program import Program
from grader.intake.code.saved_vgg import saved_vgg
from grader.intake.code.slicing import Walk
from grader.intake.code.targets import walk_targets
from grader.intake.files.basket import MOST_NAMES, is_markdown
from grader.intake.files.given import given
from grader.intake.files.notebook import Cell
from grader.intake.files.papers import for_a_person, sha256_of
from grader.intake.files.unpack import Files, name_of, unpack
from grader.intake.fitting import another, better, defined
from grader.intake.remarks import remarks
from grader.intake.whereabouts import whereabouts
from grader.paths import ROOT, SUBMISSIONS
from grader.profiles import Profile
from grader.profiles.naming import exchanged
from grader.records.submission import Claim, DataFile, SavedEvidence, Slice, Submission


def read(path: Path, profile: Profile | None = None) -> Submission:
    """Read a folder, a zip, a notebook or a Python file; what can't be read has a `problem` and no slice.

    What the profile does not ask for is not missed.

    Labels are "cell N", with N counted from 1 over all cells of the notebook, or the path of a .py file.
    """
    return replace(_read(path, profile or profiles.load()), typed=typed(path))


def typed(path: Path) -> str:
    """The path to a submission that is not found by its name, from the checkout where it lies in it."""
    whole = path.absolute()
    if whole.parent == SUBMISSIONS:
        return ""
    return str(whole.relative_to(ROOT) if whole.is_relative_to(ROOT) else whole)


def _read(path: Path, profile: Profile) -> Submission:
    name = name_of(path)
    try:
        files = unpack(path, profile.claims.file if profile.claims else "")
    except IntakeError as error:
        return _unread(path, error, error.papers)
    try:
        contents = {exchanged(path, profile.names): data for path, data in files.contents.items()}
        choice = choose(contents, files.wrapper, profile.names)
    except IntakeError as error:
        found = _unread(path, error, for_a_person(files.others))
        return replace(found, sha256=found.sha256 or files.sha256, notes=files.notes)
    sha256 = files.sha256  # of what was handed in
    submission = _submission(name, replace(files, contents=contents), choice, profile)
    if (papers := for_a_person(files.others)) and _only_shows(choice, submission.slice):
        problem = IntakeError(f"{choice.main.path} defines nothing that is graded")
        return replace(_unread(path, problem, papers), notes=submission.notes)
    return replace(submission, sha256=sha256)


def _only_shows(choice: Choice, slice: Slice) -> bool:
    """Whether what was taken for the notebook is a text with code in it, such as how to start something."""
    return is_markdown(choice.main.path) and not defined(choice, slice.targets)


def _unread(path: Path, error: IntakeError, papers: tuple[str, ...]) -> Submission:
    sha256 = sha256_of(path, papers) if papers else ""
    return Submission(name_of(path), sha256, problem=str(error), papers=papers)


def _submission(name: str, files: Files, choice: Choice, profile: Profile) -> Submission:
    walk, targets = walk_targets(choice.library, choice.entries)
    for module in walk.modules:
        for copier in copiers_of(walk, module):
            targets.setdefault(copier, module)
    read = given({**files.data, **choice.written}, [each.path for _, each in choice.graded])
    read += saved_vgg(filter(None, map(walk.library.program, walk.modules)))
    runs, last = _sliced(walk, targets, read)
    there = defined(choice, targets)
    strange = another(profile, choice, there)
    saved = evidence(_stories(choice), last, profile.questions, there)
    saved = replace(saved, runs=with_logs_beside(saved.runs, files.data))
    written = with_those_beside(saved.answers, choice.left, files.data, profile.questions)
    return Submission(
        name=name,
        sha256=files.sha256,
        source=choice.source,
        slice=runs,
        another=strange,
        saved=replace(saved, claims=_claims(files, saved, profile), answers=written),
        page=page(cell for each in choice.told if each.is_notebook for cell in each.cells),
        files=whereabouts(files, choice),
        texts=_texts(walk),
        slips=tuple(
            slip for slip in choice.slips if slip.target in profile.graded or slip.cause != "code.name"
        ),
        notes=(
            *files.notes,
            *([strange] if strange else []),
            *better(profile, there, files.others),
            *_lacks(files, profile),
            *unread(written, files.others, profile.questions),
            *choice.notes,
            *(note for cells, _ in _stories(choice) for note in cut(cells)),
            *remarks(choice, walk, targets, runs.dropped, profile.graded),
        ),
    )


def _sliced(
    walk: Walk, targets: Mapping[str, str], files: tuple[DataFile, ...]
) -> tuple[Slice, frozenset[str]]:
    """What is run of a submission, and the labels of its last cell, which the walk goes on to."""
    needed = {module: frozenset(kept) for module, kept in walk.kept.items()}
    copying, cam = copyings(walk), cam_cell(walk)
    left_out, code = dropped(walk), modules(walk, needed)
    runs = Slice(code, targets, cam.chunks, cam.weight_fc, left_out, cam.module, copying, files)
    return runs, cam.labels


def _claims(files: Files, saved: SavedEvidence, profile: Profile) -> tuple[Claim, ...]:
    """What the file of claims says, the last of several by name."""
    if profile.claims is None or not files.texts:
        return ()
    text = files.texts[max(files.texts)].decode("utf-8", "replace")
    return held(profile.claims, text, saved.runs)


def _lacks(files: Files, profile: Profile) -> list[str]:
    """What the course year asks for and was not handed in."""
    names = [PurePosixPath(name).name.lower() for name in (*files.contents, *files.texts, *files.others)]
    known = len(files.others) < MOST_NAMES  # else there are more
    lacks = [name for name in profile.handed_in if known and not fnmatch.filter(names, name.lower())]
    if profile.claims and not files.texts:
        lacks.append(profile.claims.file)
    return [f"{name}, which this course year asks for, was not handed in" for name in dict.fromkeys(lacks)]


def _stories(choice: Choice) -> list[tuple[tuple[Cell, ...], Program]]:
    """The cells and the program of each file that is graded, main last, in which the answers stand."""
    names = {each.path: name for name, each in choice.graded}
    told = ((each, names.get(each.path) or run_name(each.path)) for each in choice.told)
    graded = ((each.cells, choice.library.whole(name)) for each, name in told)
    return [(cells, program) for cells, program in graded if program is not None]


def _texts(walk: Walk) -> dict[str, str]:
    sources = (source for module in walk.modules for source in walk.library.sources(module))
    return {source.label: source.written or source.text for source in sources}
