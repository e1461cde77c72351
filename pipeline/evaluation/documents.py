"""An evaluation as plain data: what ``metrics.json`` holds, what a run in MLflow shows, and what is drawn."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.evaluation.learning import Curve
from pipeline.evaluation.metrics import BINS, reliability_bins
from pipeline.evaluation.selective import Point, Selective
from pipeline.evaluation.slices import SliceFigures
from pipeline.evaluation.summary import OVERALL, Estimates, Evaluation, Scored
from pipeline.records import Estimate

TRACKED_COVERAGE = 0.8
"""The coverage at which a run in MLflow shows what abstention gains."""

TRACKED_SLICES = 20
"""Slices of a kind that a run in MLflow shows, the fullest ones; ``metrics.json`` has all."""

SLICE_PREFIX = "slice."
"""What the names of their figures begin with."""

# MLflow takes names of 250 characters at most.
_LONGEST_VALUE = 80

# Enough for any reading, and the same on every machine whatever its linear algebra.
_DIGITS = 6


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)


def figure(e: Estimate) -> dict[str, float | None]:
    """Return an estimate as JSON has it; what is not defined is None."""
    return {"value": _rounded(e.value), "low": _rounded(e.low), "high": _rounded(e.high), "n": e.n}


def _plain(estimates: Estimates, names: Iterable[str] | None = None) -> dict[str, dict[str, float | None]]:
    return {name: figure(estimates[name]) for name in (estimates if names is None else names)}


def _abstention(evaluation: Evaluation) -> dict[str, Any]:
    """Return the curve and what the thresholds give; those and prediction sets only where the model has them."""
    points = {f"coverage_{point.coverage:g}": _point(point) for point in evaluation.selective.points}
    found: dict[str, Any] = {"selective": {"aurc": figure(evaluation.selective.aurc), **points}}
    if evaluation.thresholds:
        found["thresholds"] = {
            name: {"threshold": _rounded(evaluation.thresholds[name]), **_plain(estimates)}
            for name, estimates in evaluation.at_thresholds.items()
        }
    if evaluation.sets:
        found["sets"] = _plain(evaluation.sets)
    return found


def _point(point: Point) -> dict[str, Any]:
    threshold = _rounded(point.threshold)
    return {"threshold": threshold, "risk": figure(point.risk), "macro_f1": figure(point.macro_f1)}


def _slices(evaluation: Evaluation) -> dict[str, Any]:
    return {
        name: {
            value: {
                "n": found.n,
                "small": found.small,
                "macro_f1": figure(found.macro_f1),
                "accuracy": figure(found.accuracy),
            }
            for value, found in by.items()
        }
        for name, by in evaluation.slices.items()
    }


def metrics_document(
    evaluation: Evaluation, signature: Mapping[str, Any] | None = None, **parts: Mapping[str, Any] | Sequence[str]
) -> dict[str, Any]:
    """Return JSON-ready metrics, the deciding figures on top; what is not defined is None.

    It holds no time and no path, so that equal predictions give equal bytes.

    Parameters
    ----------
    signature
        What the score rests on, from ``signature.signature``.
    parts
        More that stands at its end, JSON-ready.
    """
    first = evaluation.test["macro_f1"]
    return {
        "macro_f1": _rounded(first.value),
        "macro_f1_low": _rounded(first.low),
        "macro_f1_high": _rounded(first.high),
        "baseline_macro_f1": _rounded(evaluation.baseline["macro_f1"].value),
        "n": first.n,
        "articles": len(set(evaluation.scored.articles)),
        **({"signature": dict(signature)} if signature else {}),
        "test": _plain(evaluation.test),
        "test_clear": _plain(evaluation.clear, ("macro_f1", "accuracy")),
        "baseline": _plain(evaluation.baseline, OVERALL),
        "dev": _plain(evaluation.dev, OVERALL),
        **_abstention(evaluation),
        "slices": _slices(evaluation),
        **parts,
    }


def tracked_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return the defined figures under flat names: ``NAME``, ``NAME_low``, ``NAME_high``, ``baseline_NAME``.

    Slices that are not small stand under ``slice.KIND.VALUE.macro_f1`` and its ``_low`` and ``_high``, at most
    ``TRACKED_SLICES`` of a kind.
    """
    figures = {"test_items": float(len(evaluation.scored.y_true))}
    (point,) = (point for point in evaluation.selective.points if point.coverage == TRACKED_COVERAGE)
    at = f"coverage_{TRACKED_COVERAGE:g}"
    more = {"aurc": evaluation.selective.aurc, f"risk_{at}": point.risk, f"macro_f1_{at}": point.macro_f1}
    more |= {f"sets_{name}": estimate for name, estimate in evaluation.sets.items()}
    for name, estimate in {**evaluation.test, **more}.items():
        figures |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    figures |= {f"baseline_{name}": evaluation.baseline[name].value for name in OVERALL}
    for kind, by in evaluation.slices.items():
        figures |= _tracked_slices(kind, by)
    return {name: round(value, _DIGITS) for name, value in figures.items() if not math.isnan(value)}


def _tracked_slices(kind: str, by: Mapping[str, SliceFigures]) -> dict[str, float]:
    """Return macro-F1 of the fullest slices of a kind with its interval."""
    kept = {value: found.macro_f1 for value, found in by.items() if not found.small}
    named = dict(zip(_safe_names(list(kept)[:TRACKED_SLICES]), kept.values(), strict=False))
    return {
        f"{SLICE_PREFIX}{_safe(kind)}.{name}.macro_f1{end}": value
        for name, e in named.items()
        for end, value in (("", e.value), ("_low", e.low), ("_high", e.high))
    }


def _safe(text: str) -> str:
    """Return a text as a part of a metric's name: letters, digits, ``-`` and ``_``, so that no filter has to quote it.

    Examples
    --------
    >>> _safe("6 to 15 words"), _safe("The Ferry & Quay"), _safe("quay.example/news")
    ('6_to_15_words', 'The_Ferry_Quay', 'quay_example_news')
    """
    return re.sub(r"[^\w-]+", "_", text).strip("_")[:_LONGEST_VALUE]


def _safe_names(values: Sequence[str]) -> list[str]:
    """Return a name for each value; those that would be the same, or nothing, end in a hash of the value."""
    names = [_safe(value) for value in values]
    times = Counter(names)
    return [
        name if name and times[name] == 1 else f"{name}-{hashlib.sha256(value.encode()).hexdigest()[:6]}".lstrip("-")
        for name, value in zip(names, values, strict=True)
    ]


def reliability(scored: Scored) -> list[dict[str, float]]:
    """Return the bins of confidence that hold items: mean confidence, accuracy, items, lower and upper edge."""
    sums = reliability_bins(scored.y_true, scored.y_prob)
    return [
        {
            "confidence": round(confidence / n, _DIGITS),
            "accuracy": round(right / n, _DIGITS),
            "n": int(n),
            "low": round(index / BINS, _DIGITS),
            "high": round((index + 1) / BINS, _DIGITS),
        }
        for index, (n, confidence, right) in enumerate(sums.tolist())
        if n
    ]


def coverage_plot(curve: Selective) -> list[dict[str, float | None]]:
    """Return the points of the risk-coverage curve as rows to draw, full coverage first."""
    return [
        {
            "coverage": point.coverage,
            "threshold": _rounded(point.threshold),
            "n": point.risk.n,
            **{
                f"{name}{end}": _rounded(value)
                for name, e in (("risk", point.risk), ("macro_f1", point.macro_f1))
                for end, value in (("", e.value), ("_low", e.low), ("_high", e.high))
            },
        }
        for point in curve.points
    ]


def learning_document(curve: Curve, signature: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON-ready learning curve; what is not defined is None."""
    return {
        "verdict": curve.verdict,
        "gain": figure(curve.gain),
        "signature": dict(signature),
        "points": [
            {
                "share": point.share,
                "trained_on": round(point.trained_on, 1),
                "macro_f1": figure(point.macro_f1),
                "parts": len(point.drawn),
                "least": _rounded(min(point.drawn)),
                "most": _rounded(max(point.drawn)),
                "spread": _rounded(point.spread),
            }
            for point in curve.points
        ],
    }
