"""Pictures of what ``stance evaluate`` writes, as PNG: for MLflow, DVC, and papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report import charts

Document = Mapping[str, Any]


def confusion_png(counts: Sequence[Sequence[int]]) -> bytes:
    """Return a confusion matrix: counts [3, 3], rows actual, columns predicted."""
    return charts.png(charts.confusion(counts))


def coverage_png(selective: Document) -> bytes:
    """Return risk and macro-F1 against coverage, from ``selective`` of ``metrics.json``."""
    return charts.png(coverage(selective))


def learning_png(curve: Document) -> bytes:
    """Return macro-F1 against the number of statements trained on, from ``learning_curve.json``."""
    return charts.png(learning(curve))


def coverage(selective: Document) -> charts.Spec:
    """Return the chart of risk and macro-F1 against coverage."""
    lines = [
        {"name": title, "coverage": float(key.removeprefix("coverage_")), **point[name]}
        for name, title in (("macro_f1", "macro-F1"), ("risk", "risk"))
        for key, point in selective.items()
        if key.startswith("coverage_")
    ]
    return charts.curves(lines, x="coverage", title="share of the statements kept", falling=True)


def learning(curve: Document) -> charts.Spec:
    """Return the chart of macro-F1 against the number of statements trained on, doublings evenly spaced."""
    lines = [{"name": "macro-F1", "trained_on": p["trained_on"], **p["macro_f1"]} for p in curve["points"]]
    return charts.curves(lines, x="trained_on", title="statements trained on", doublings=True)
