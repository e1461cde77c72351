"""What a model answered to the cases, counted by capability and kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.evaluation.behaviour.cases import INPUTS, KINDS, Case, Probe
from pipeline.evaluation.metrics import SHORT_LABELS
from pipeline.files import sha256_text
from pipeline.records import LABELS, Estimate

_DIGITS = 6

Row = tuple[float, float, float]


def predicted(probabilities: Row) -> str:
    """Return the likeliest label; a tie goes to the first."""
    return LABELS[probabilities.index(max(probabilities))]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case with the probabilities of its input and, of a pair, of the original.

    Parameters
    ----------
    margin
        A probability that moves by no more than this counts as unmoved.
    """

    case: Case
    probabilities: Row
    before: Row | None
    margin: float

    @property
    def failed(self) -> bool:
        """Whether the model got it wrong.

        ``MFT``: another label than the codebook's. ``INV``: the label has changed, and the probability of the label
        before has moved by more than the margin. ``DIR``: the probability of the label that it turns to has not risen
        by more than the margin.
        """
        if self.before is None:
            return predicted(self.probabilities) != self.case.probe.label
        turns = self.case.kind == "DIR"
        label = self.case.probe.label if turns else predicted(self.before)
        place = LABELS.index(label)
        rise = self.probabilities[place] - self.before[place]
        if turns:
            return rise <= self.margin
        return predicted(self.probabilities) != label and abs(rise) > self.margin

    def as_dict(self) -> dict[str, Any]:
        """Return what is asked and what was answered, as JSON-ready values; ``original`` only of a pair."""
        told = {
            "case_id": self.case.case_id,
            "kind": self.case.kind,
            **_answered(self.case.probe, self.probabilities),
        }
        if self.case.original is not None and self.before is not None:
            told["original"] = _answered(self.case.original, self.before)
        return told


def _answered(probe: Probe, probabilities: Row) -> dict[str, Any]:
    figures = dict(zip(SHORT_LABELS, (round(p, _DIGITS) for p in probabilities), strict=True))
    return {
        **dict(zip(INPUTS, probe.inputs, strict=True)),
        "expected": probe.label,
        "predicted": predicted(probabilities),
        "probabilities": figures,
    }


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases there were, and how many failed; the rate is NaN where there were none."""

    n: int
    failures: int
    rate: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return the counts, and the rate with its interval, as JSON-ready values."""
        value, low, high = (round(x, _DIGITS) for x in (self.rate.value, self.rate.low, self.rate.high))
        return {"n": self.n, "failures": self.failures, "failure_rate": {"value": value, "low": low, "high": high}}


def tally(outcomes: Sequence[Outcome], level: float) -> Tally:
    """Return the share of failures with its Wilson interval (Wilson 1927; by statsmodels).

    Cases count as independent. Those of one template are alike, so the interval is rather too narrow.

    Raises
    ------
    ValueError
        If there are no outcomes.
    """
    if not outcomes:
        raise ValueError("no outcomes, and so no rate of failures")
    from statsmodels.stats.proportion import proportion_confint

    n, failures = len(outcomes), sum(outcome.failed for outcome in outcomes)
    low, high = proportion_confint(failures, n, alpha=1 - level, method="wilson")
    return Tally(n, failures, Estimate(failures / n, float(low), float(high), n, level))


@dataclass(frozen=True, slots=True)
class BehaviourReport:
    """The outcomes of a suite, in the order of its cases.

    Parameters
    ----------
    margin
        As in ``Outcome``.
    level
        Coverage of the intervals.
    """

    outcomes: tuple[Outcome, ...]
    margin: float
    level: float = 0.95

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What was tested, in the order of the cases."""
        return tuple(dict.fromkeys(outcome.case.capability for outcome in self.outcomes))

    def of(self, capability: str, kind: str | None = None) -> tuple[Outcome, ...]:
        """Return the outcomes of one capability, and of one kind of test."""
        found = (outcome for outcome in self.outcomes if outcome.case.capability == capability)
        return tuple(outcome for outcome in found if kind in (None, outcome.case.kind))

    def tally(self, capability: str | None = None, kind: str | None = None) -> Tally:
        """Return the failures of all cases, of a capability, or of one kind of its tests."""
        return tally(self.outcomes if capability is None else self.of(capability, kind), self.level)

    def kinds(self, capability: str) -> tuple[str, ...]:
        """Return the kinds of test that a capability has."""
        return tuple(kind for kind in KINDS if self.of(capability, kind))

    def failures(self, capability: str) -> tuple[Outcome, ...]:
        """Return the failed cases of a capability."""
        return tuple(outcome for outcome in self.of(capability) if outcome.failed)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values; equal probabilities give equal bytes.

        ``cases_sha256`` is the same for the same inputs with the same labels: only such reports can be compared.
        """
        return {
            **self.tally().as_dict(),
            "margin": self.margin,
            "level": self.level,
            "cases_sha256": _sha256(self.outcomes),
            "capabilities": {
                name: {
                    **self.tally(name).as_dict(),
                    "kinds": {kind: self.tally(name, kind).as_dict() for kind in self.kinds(name)},
                    "failing": [outcome.as_dict() for outcome in self.failures(name)],
                }
                for name in self.capabilities
            },
        }


def _sha256(outcomes: Sequence[Outcome]) -> str:
    told = [(o.case.capability, *((*probe.inputs, probe.label) for probe in o.case.probes)) for o in outcomes]
    return sha256_text(repr(told))
