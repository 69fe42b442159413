"""Evidence about one of the networks: every step takes the values of those before, and is taken once."""

from __future__ import annotations

from itertools import chain
from random import Random

from grader.diagnosis import crops, dropouts, head, layers, skips, steps
from grader.diagnosis.causes import because, kind_of
from grader.diagnosis.copying import AfterCopying
from grader.diagnosis.numeric import explain_difference
from grader.diagnosis.payers import LineName, line_of
from grader.diagnosis.repeated import at_once
from grader.errors import Blocked, ProtocolError, StudentError, Unverified, starved
from grader.evidence import dropping, held
from grader.evidence.challenge import (
    Challenged,
    Response,
    Started,
    begun,
    challenge,
    close,
    real_output,
    unanswered,
)
from grader.evidence.confirmed import Basis, Confirmed, confirmed
from grader.evidence.confirming import Runs
from grader.evidence.once import once, taken
from grader.evidence.recorded import RecordedEvidence
from grader.evidence.subject import Subject
from grader.evidence.unreached import NOTHING, Shown, shown, unreached
from grader.evidence.weighed import Weighed, weighed
from grader.network import budget
from grader.network.evaluate import Evaluator
from grader.network.graph import replace_leaves
from grader.network.replaying import NotReplayableError
from grader.records.reason import Reason
from grader.wall.draws import derived

Evaluators = dict[tuple[int, ...], Evaluator]


class ModelEvidence(RecordedEvidence):
    """read -> challenged -> replayed -> findings."""

    def __init__(self, subject: Subject, evaluators: Evaluators) -> None:
        super().__init__(subject)
        self._evaluators = evaluators

    # --- challenge and response ---

    @once
    def evaluator(self) -> Evaluator:
        """The trusted side's arithmetic for this challenge, shared by both networks.

        A network that needs another size has its own: both together would take more than there is.
        """
        shape = (1, 3, *self.read.size)
        for other in (other for known, other in self._evaluators.items() if known != shape):
            other.forget(given=False)
        return self._evaluators.setdefault(shape, Evaluator(self.subject.seed, shape))

    @once
    def challenged(self) -> Challenged:
        """What came of the challenge."""
        if why := self.too_large:
            return unanswered(self.subject, self.read, why)
        between, trained = self.runs.go_on, lambda: self.train_trace
        return challenge(self.subject, self.read, self.evaluator, between, trained)

    @once
    def begun(self) -> Started:
        """What the notebook's own statements leave of what is not drawn, such as `model.apply(init)`."""
        return begun(self.subject, self.read.reading)

    @once
    def other_classes(self) -> tuple[int, tuple[int, ...]]:
        """A number of classes, and the shape of what a real model of as many gives; as `response` does, it
        raises Unverified."""
        if self.outgrown:
            raise Unverified(f"claimed, not verified: {self.outgrown}")
        n_class = Random(derived(self.subject.seed, f"classes of {self.name}")).randint(3, 9)
        return n_class, real_output(self.subject, self.first_trace.size, n_class).shape

    @once
    def runs(self) -> Runs:
        """Runs in other modes and at other sizes, taken between the steps of the challenge."""
        return Runs(self.subject, self.read, share=self.weighed.share or Weighed().share)

    @property
    def copied(self) -> AfterCopying:
        """What copying VGG-16 did."""
        return taken(self.challenged.copied)

    @property
    def response(self) -> Response:
        """The model's output under the challenge, beside the reference's.

        Raises Unverified where it takes too much memory or arithmetic.
        """
        if self.outgrown:
            raise Unverified(f"claimed, not verified: {self.outgrown}")
        return taken(self.challenged.response)

    @once
    def weighed(self) -> Weighed:
        """What it takes to run it for real."""
        return weighed(self.read)

    @once
    def too_large(self) -> str:
        """Why it is not run with all of its channels; "" where it is, be it since few of them do not do."""
        return self.weighed.why if self.reduced or self.weighed.endless else ""

    @once
    def reduced(self) -> bool:
        """Whether it is run with a share of its channels only: there is no room for all.

        Only where a layer's fault is what makes it large, and is paid for: else code that does otherwise with
        all channels need only enlarge its maps on the way.
        """
        if not self.weighed.why or not self.weighed.share or self.reading.supposed:
            return False
        if not any(layers.layer_findings(self.reading, self.read.places, self.read.shapes)):
            return False
        self.runs.finish()
        return not self.runs.failed

    @once
    def outgrown(self) -> str:
        """Why no real run with all channels tells anything: the budget is ours; "" where one does."""
        if why := self.too_large:
            return why
        response = self.challenged.response
        short = isinstance(response, StudentError) and starved(response)
        return "run for real, it takes more memory than a network is given here" if short else ""

    @property
    def is_reference(self) -> bool:
        """The model computes what the reference computes."""
        return not self.outgrown and self.response.is_reference

    @once
    def difference(self) -> Reason:
        """What makes the output differ from the reference's, if a known fault does."""
        output, wanted, contents = self.response.output, self.response.reference, self.challenged.contents
        return explain_difference(output, wanted, self.reading, self.evaluator, contents)

    @once
    def unverified(self) -> str:
        """Why the trace can't be believed; "" where its replay gave the model's output, or that is right."""
        if self.reduced:
            return self.confirmed.outputs
        if self.outgrown or self.is_reference:
            return self.outgrown
        if self.reading.supposed:
            return "not all of its layers can be read, and it is not always what the assignment asks for"
        if not self.read.trace.readable:
            return "the forward pass changes views in place, which can't be replayed"
        try:
            replayed = self.evaluator(replace_leaves(self.reading.output, self.challenged.contents))
        except NotReplayableError as error:
            return str(error)
        same = close(self.response.output, replayed)
        return "" if same else "the output is not what the recorded layers compute"

    @property
    def repeats(self) -> bool:
        """Whether the same input gave the same output, wherever real runs show it."""
        alike = self.reduced or self.response.repeats
        return alike and (bool(self.unverified) or self.confirmed.repeats)

    @once
    def confirmed(self) -> Confirmed:
        """What the runs did not bear out.

        Where fewer channels don't do, all of them are tried.
        """
        self.evaluator.leave(budget.MAX_NARROW)
        found = self._confirmed(self.runs)
        whole = self.reduced or self.is_reference or found.is_whole or not found.repeats
        if self.runs.failed or not whole:
            self.evaluator.forget(given=False)  # both are large
            return self._confirmed(Runs(self.subject, self.read, wide=True))
        return found

    @once
    def shown(self) -> Shown:
        """The parameters of layers that the output isn't computed from, as far as real runs show them."""
        found, contents = self.challenged.let_go, self.challenged.contents
        if not (found.evaluating or found.training):
            return NOTHING
        return shown(found, self.train_trace.dropouts, contents, self.evaluator)

    @once
    def learns_otherwise(self) -> str:
        """What a pass in train mode with all channels did not bear out of a right network; "" if nothing."""
        contents = self.challenged.contents
        return dropping.differs(self.subject, self.read, self.train_trace, contents, self.evaluator)

    def _confirmed(self, runs: Runs) -> Confirmed:
        started = self.challenged.started
        runs.finish()
        return confirmed(Basis(runs, started, self.is_reference))

    @once
    def is_replayed(self) -> bool | None:
        """Whether its output is explained by layers; None where it isn't, False where there is none."""
        try:
            return True if not self.unverified else None
        except Blocked:
            return None
        except (StudentError, ProtocolError):
            return False  # lines that ask for the output tell why

    @once
    def unkept(self) -> list[Reason]:
        """The dropouts whose results a real run let go of, where it can be told."""
        if self.unverified or not (unkept := self.confirmed.unkept or self._unkept_aside):
            return []
        active = [drop for drop in self.train_trace.dropouts if drop.active]
        let_go = [active[number] for number in unkept if number < len(active)]
        return dropouts.unkept_findings(self.train_reading, let_go)

    @property
    def _unkept_aside(self) -> tuple[int, ...]:
        """Those on the way to what the output isn't computed from."""
        return () if self.is_reference else self.shown.unkept

    def lacks(self, line: str) -> str:
        """Return what keeps a line of the rubric from being believed; "" where its claims are borne out."""
        if self.unverified:
            return f"claimed, not verified: {self.unverified}"
        if line == "dropout" and self.drawn_by_hand:
            after = " and ".join(self.drawn_by_hand)
            return (
                f"claimed, not verified: a dropout of its own, by random numbers that it draws after {after}"
            )
        if not self.is_reference and (roles := unreached(self.reading, line, self.shown)):
            return f"claimed, not verified: the output is not computed from {', '.join(roles)}"
        why = self.confirmed.lacks(line)
        return f"claimed, not borne out: {why}" if why else ""

    @once
    def computed(self) -> frozenset[str]:
        """The layers whose weight is not as a parameter holds it: normalised, say."""
        return held.computed(self.reading, self.evaluator, self.challenged.contents)

    # --- findings ---

    @once
    def findings(self) -> dict[LineName, list[Reason]]:
        """Every difference from the assignment, by the line that it costs."""
        reading = self.reading
        found = self._dropout_findings()
        if not self.is_reference:
            found += chain(
                layers.layer_findings(reading, self.read.places, self.read.shapes, self.computed),
                steps.activation_findings(reading),
                steps.pool_findings(reading),
                skips.skip_findings(reading),
                crops.skip_crop_findings(reading),
                crops.crop_findings(reading),
                head.logit_findings(reading),
                head.other_findings(reading),
            )
        by_line: dict[LineName, list[Reason]] = {}
        for reason in found:
            by_line.setdefault(self.payer(reason), []).append(reason)
        return at_once(by_line)

    def payer(self, reason: Reason) -> LineName:
        """Return the line that a difference costs."""
        assert reason.cause is not None
        line = line_of(reason.cause, bool(self.reading.architecture.skips))
        assert line is not None, f"{reason.cause} costs no line"
        return line

    def _dropout_findings(self) -> list[Reason]:
        try:
            train = self.train_trace
        except StudentError as error:
            text = f"the forward pass fails in train mode: {error}"
            return [because("dropout.raises", kind=kind_of(error), text=text, place=error.place)]
        active = self.read.trace.dropouts
        found = dropouts.dropout_findings(
            self.train_reading, train.dropouts, self.reading, active, self.drawn_by_hand
        )
        return list(found)
