"""Shares of the stances among units that count once, with intervals that hold where units of one article are alike."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipeline.findings.counting import Unit
from pipeline.records import LABELS, Estimate

LEVEL = 0.95

_ALIKE = 1e-9  # of squared differences of counts: rounding alone


def stance_counts(units: Sequence[Unit]) -> dict[str, int]:
    """Return how many units have each stance, in the order of ``LABELS``."""
    counted = Counter(unit.stance for unit in units)
    return {label: counted[label] for label in LABELS}


def stance_shares(units: Sequence[Unit], level: float = LEVEL) -> dict[str, Estimate]:
    """Return the share of each stance with its interval, in the order of ``LABELS``; NaN where there are no units."""
    return {label: share(clusters_of(units, label), level) for label in LABELS}


def clusters_of(units: Sequence[Unit], label: str) -> list[tuple[int, int]]:
    """Return of each cluster how many units have the label, and how many there are."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for unit in units:
        found[unit.cluster].append(unit.stance == label)
    return [(sum(own), len(own)) for own in found.values()]


def share(clusters: Sequence[tuple[int, int]], level: float = LEVEL) -> Estimate:
    """Return a share with Wilson's interval for the effective number of units.

    Quotations of one article are alike, and tell less than as many of different ones. How much less follows from the
    variance of the share between articles (Korn and Graubard 1998); with that number in Wilson's formula intervals
    keep their level with small shares and few articles, too (Dean and Pagano 2015, who compare seven). Where articles
    tell nothing of it, because there is one, or all units are of one stance, each article counts once.

    Parameters
    ----------
    clusters
        Of each article how many units have the stance, and how many there are.
    """
    from statsmodels.stats.proportion import proportion_confint

    k, n = sum(k for k, _ in clusters), sum(n for _, n in clusters)
    if not n:
        return Estimate(math.nan, math.nan, math.nan, n=0, level=level)
    effective = effective_number(clusters)
    low, high = proportion_confint(effective * k / n, effective, alpha=1 - level, method="wilson")
    # Rounding leaves a bound some 1e-17 off the share where all units are of one stance.
    return Estimate(k / n, min(float(low), k / n), max(float(high), k / n), n=n, level=level)


def effective_number(clusters: Sequence[tuple[int, int]]) -> float:
    """Return how many independent units tell as much as these, at most as many as there are."""
    k, n = sum(k for k, _ in clusters), sum(n for _, n in clusters)
    articles = len(clusters)
    spread = sum((own - k / n * size) ** 2 for own, size in clusters)
    if articles < 2 or spread < _ALIKE:
        return float(articles)
    variance = articles / (articles - 1) * spread / n**2
    return min(float(n), k / n * (1 - k / n) / variance)


def figures(shares: Mapping[str, Estimate]) -> dict[str, dict[str, float | None]]:
    """Return shares as JSON has them: what is not defined is null."""
    return {
        label: {name: None if math.isnan(value) else value for name, value in bounds.items()}
        for label, bounds in ((label, {"value": e.value, "low": e.low, "high": e.high}) for label, e in shares.items())
    }
