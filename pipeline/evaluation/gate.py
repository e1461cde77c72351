"""The gate: what a model has to hold before it takes another's place, one check a function, and the decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.evaluation.paired import Difference
from pipeline.evaluation.pairs import plain
from pipeline.evaluation.slice_differences import SliceDifference
from pipeline.evaluation.verdicts import points


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate.

    Parameters
    ----------
    told
        What was found, and the bound that it had to keep.
    figures
        The same as plain data.
    """

    name: str
    passed: bool
    told: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A registered version of the model, and the run that it is judged by."""

    version: str | None
    run_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an alias moves to a run's model.

    Parameters
    ----------
    model
        The run's model; without version where it is not registered, and only asked for.
    before
        Where the alias pointed; None where it pointed nowhere.
    checks
        None where the model is the champion already.
    gate
        The configuration.
    """

    alias: str
    model: Standing
    before: Standing | None
    checks: tuple[Check, ...]
    dry_run: bool
    time: str
    gate: Mapping[str, Any]

    @property
    def already(self) -> bool:
        """True if the alias points at the model anyway."""
        return self.before is not None and self.before.version == self.model.version

    @property
    def passed(self) -> bool:
        """True if every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def promoted(self) -> bool:
        """True if the alias has moved."""
        return self.passed and not self.dry_run and not self.already

    @property
    def reasons(self) -> list[str]:
        """What the checks that failed found."""
        return [check.told for check in self.checks if not check.passed]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        names = ("version", "run_id", "name")
        return {
            "alias": self.alias,
            "model": plain(self.model, names),
            "before": plain(self.before, names) if self.before else None,
            "passed": self.passed,
            "promoted": self.promoted,
            "dry_run": self.dry_run,
            "time": self.time,
            "checks": [plain(check, ("name", "passed", "told", "figures")) for check in self.checks],
            "gate": dict(self.gate),
        }


def not_worse(found: Difference, margin: float) -> Check:
    """Return whether macro-F1 is better than the champion's, or worse by less than the margin at the interval's end."""
    figures = plain(found, ("a", "b", "difference", "low", "high", "p", "n", "articles")) | {"margin": margin}
    if math.isnan(found.low):
        told = (
            f"macro-F1 against the champion's: no interval from {found.articles} article{'s' * (found.articles != 1)}"
        )
        return Check("macro_f1", False, told, figures)
    passed = found.low > -margin
    told = (
        f"macro-F1 {found.b:.3f} against the champion's {found.a:.3f}: {points(found.difference)} points "
        f"({points(found.low)} to {points(found.high)}), {'above' if passed else 'not wholly above'} {points(-margin)}"
    )
    return Check("macro_f1", passed, told, figures)


def above_baseline(metrics: Mapping[str, Any] | None) -> Check:
    """Return whether macro-F1 lies above the interval of the majority baseline, by a run's ``metrics.json``."""
    value = ((metrics or {}).get("test") or {}).get("macro_f1", {}).get("value")
    high = ((metrics or {}).get("baseline") or {}).get("macro_f1", {}).get("high")
    if value is None or high is None:
        return Check("macro_f1", False, "the run has no figures of the majority baseline; run `stance evaluate` again")
    word = "above" if value > high else "not above"
    told = f"macro-F1 {value:.3f}: {word} {high:.3f}, which the majority class may reach (no champion yet)"
    return Check("macro_f1", value > high, told, {"value": value, "baseline_high": high})


def no_slice_worse(slices: Sequence[SliceDifference]) -> Check:
    """Return whether no slice is significantly worse than the champion's."""
    judged, worse = sum(part.judged for part in slices), [part for part in slices if part.worse]
    listed = ", ".join(
        f"{part.name} {part.value} ({points(part.found.difference)} points on {part.found.n} quotes)" for part in worse
    )
    told = f"slices significantly worse than the champion's: {listed or 'none'} of {judged} judged"
    figures = [
        {"slice": part.name, "value": part.value, "p_holm": part.p_holm}
        | plain(part.found, ("a", "b", "difference", "low", "high", "n"))
        for part in worse
    ]
    return Check("slices", not worse, told, {"judged": judged, "worse": figures})


def calibrated(error: float, champion: float | None, *, most: float, worse_by: float) -> Check:
    """Return whether the expected calibration error is small, or not much larger than the champion's."""
    near = champion is not None and error <= champion + worse_by
    against = "" if champion is None else f"within {worse_by:g} of the champion's {champion:.3f}"
    if error <= most:
        told = f"at most {most:g}"
    else:
        told = against if near else f"not at most {most:g}{', nor ' if against else ''}{against}"
    figures = {
        "value": round(error, 6),
        "champion": None if champion is None else round(champion, 6),
        "most": most,
        "worse_by": worse_by,
    }
    return Check("calibration", error <= most or near, f"expected calibration error {error:.3f}: {told}", figures)


def behaves(report: Any, *, most: float, capabilities: Mapping[str, float]) -> Check:
    """Return whether no capability of the behavioural suite fails too often.

    Parameters
    ----------
    report
        A run's ``behaviour.json``; None where it has none.
    most, capabilities
        Largest share of failed cases, and other shares by name of the capability.
    """
    counts = _counts(report)
    if not counts:
        return Check(
            "behaviour", False, "no results of the behavioural suite; run `stance evaluate` again on the model"
        )
    if unknown := sorted(set(capabilities).difference(counts)):
        told = (
            f"behavioural suite: no capability is called {', '.join(unknown)}; there are: {', '.join(sorted(counts))}"
        )
        return Check("behaviour", False, told)
    figures = {
        name: {"n": n, "failures": failures, "rate": round(failures / n, 6), "most": capabilities.get(name, most)}
        for name, (n, failures) in counts.items()
    }
    failed = [
        f"{name} ({found['failures']} of {found['n']} cases, at most {found['most']:g})"
        for name, found in figures.items()
        if found["rate"] > found["most"]
    ]
    told = f"capabilities that fail too often: {', '.join(failed) or 'none'} of {len(figures)}"
    return Check("behaviour", not failed, told, {"capabilities": figures})


def _counts(report: Any) -> dict[str, tuple[int, int]]:
    """Return cases and failures by capability; of what is no report, none."""
    capabilities = report.get("capabilities") if isinstance(report, dict) else None
    if not isinstance(capabilities, dict):
        return {}
    found = {
        name: (told.get("n"), told.get("failures")) for name, told in capabilities.items() if isinstance(told, dict)
    }
    return {
        name: (n, failed) for name, (n, failed) in found.items() if isinstance(n, int) and isinstance(failed, int) and n
    }
