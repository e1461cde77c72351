"""Verdicts: what a comparison comes to, in one plain sentence."""

from __future__ import annotations

import math

from pipeline.evaluation.paired import FEWEST_ARTICLES, Difference, effort

_HOPELESS = 100
"""Times the present statements from which on it is no use to say how many more would be needed."""


def points(value: float) -> str:
    """Return a share in points, to one decimal, with a real minus sign.

    Examples
    --------
    >>> points(0.0213), points(-0.004)
    ('2.1', '−0.4')
    """
    shown = f"{100 * value:.1f}"
    return shown.replace("-", "−") if float(shown) else "0.0"


def about(count: int) -> str:
    """Return a count as one says it of an estimate: to two digits, rounded up.

    Examples
    --------
    >>> about(7), about(391), about(12_040)
    ('7', '400', '13,000')
    """
    unit = 10 ** max(len(str(count)) - 2, 0)
    return f"{math.ceil(count / unit) * unit:,}"


def verdict(a: str, b: str, found: Difference, p: float, level: float, *, same: bool = False) -> str:
    """Return whether the second run is better than the first, and if nothing tells, what would.

    Parameters
    ----------
    a, b
        Names of the runs.
    found
        Macro-F1 of either.
    p
        The p-value, corrected where several runs are compared.
    same
        Whether the runs give every statement the same probabilities.
    """
    if same:
        return f"{a} and {b} give every quote the same probabilities"
    if math.isnan(found.difference):
        return f"{a} and {b} cannot be compared: macro-F1 is not defined on these quotes"
    if found.tells(p, 1 - level):
        low, high = found.low, found.high
        if found.difference < 0:
            low, high = -high, -low
        word = "better" if found.difference > 0 else "worse"
        return f"{b} is {word} than {a} by {points(abs(found.difference))} points of macro-F1 ({_range(low, high)})"
    return f"{b} and {a} are not distinguishable: {_unsure(found, p)}; {_needed(found, level)}"


def _range(low: float, high: float) -> str:
    return f"{points(low)} to {points(high)}"


def _unsure(found: Difference, p: float) -> str:
    """Return the difference with its interval, and with p where the interval alone would tell."""
    alone = found.low > 0 or found.high < 0
    interval = (
        "" if math.isnan(found.low) else f" ({_range(found.low, found.high)}{f', but p = {p:.2g}' if alone else ''})"
    )
    return f"a difference of {points(found.difference)} points of macro-F1{interval}"


def _needed(found: Difference, level: float) -> str:
    if found.articles < FEWEST_ARTICLES:
        counted = "one article" if found.articles == 1 else f"{found.articles} articles"
        return f"{counted} cannot tell models apart, it takes {FEWEST_ARTICLES} or more"
    more = effort(found, level)
    if more is None or more.statements > _HOPELESS * found.n:
        return f"more than {_HOPELESS} times as many quotes would be needed"
    return f"about {about(max(more.statements, 1))} more quotes would be needed"
