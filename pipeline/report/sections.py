"""Parts of the page of an evaluation: by label, by slice, by confidence, and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from pipeline.evaluation.documents import reliability
from pipeline.evaluation.metrics import SHORT_LABELS, FloatArray, IntArray, confusion_counts, encode
from pipeline.evaluation.summary import Scored
from pipeline.records import LABELS
from pipeline.report import charts, pictures
from pipeline.report.parts import Figure, folded, number, quotations, table, with_interval
from pipeline.report.scripts import chart

Document = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

_EXAMPLES = 6
"""Statements of each kind that are shown."""


def by_label(test: Document, predictions: Rows) -> str:
    """Return precision, recall and F1 of each label, and the confusion matrix.

    Parameters
    ----------
    test
        Figures by name.
    predictions
        The statements they are of.
    """
    counts = confusion_counts(*_arrays(predictions)).tolist()
    rows = [
        (
            label,
            *(with_interval(test[f"{name}_{short}"]) for name in ("precision", "recall", "f1")),
            str(sum(row)),
            str(sum(other[index] for other in counts)),
        )
        for index, (label, short, row) in enumerate(zip(LABELS, SHORT_LABELS, counts, strict=True))
    ]
    words = "; ".join(
        f"{actual}: " + ", ".join(f"{n} as {guess}" for guess, n in zip(LABELS, row, strict=True))
        for actual, row in zip(LABELS, counts, strict=True)
    )
    return f"""<h2 id="labels">By label</h2>
{table(("Label", "Precision", "Recall", "F1", "Items", "Predicted"), rows)}
{chart("confusion", charts.confusion(counts), f"Actual labels in rows, predicted ones in columns. {words}.")}"""


def _arrays(predictions: Rows) -> tuple[IntArray, FloatArray]:
    y_prob = [[row[f"p_{short}"] for short in SHORT_LABELS] for row in predictions]
    return encode([row["label"] for row in predictions]), np.array(y_prob, dtype=float).reshape(-1, len(LABELS))


def slice_figures(slices: Document) -> list[dict[str, Any]]:
    """Return macro-F1 of each slice: ``name, value, low, high, n, small``."""
    return [
        {**figures["macro_f1"], "name": f"{name}: {value}", "n": figures["n"], "small": figures["small"]}
        for name, values in slices.items()
        for value, figures in values.items()
    ]


def told(figures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the slices that are large enough to say something."""
    return [row for row in figures if not row["small"] and row["value"] is not None]


def by_slice(slices: Document, overall: float | None) -> str:
    """Return macro-F1 by slice as a chart and a table; nothing where there are no slices."""
    rows = slice_figures(slices)
    if not rows:
        return ""
    caption = "Macro-F1 of each slice with its interval; the dashed line is that of all statements."
    large = told(rows)
    drawn = chart("by-slice", charts.intervals(large, title="macro-F1", line=overall), caption) if large else ""
    cells = [(row["name"], str(row["n"]), with_interval(row), "small" if row["small"] else "") for row in rows]
    return f"""<h2 id="slices">By slice</h2>
{drawn}
<p class="quiet">Macro-F1 is over the labels that occur in a slice or are predicted there. Small slices say little and
are not drawn. Many slices are looked at, so some lie apart by chance.</p>
{folded(f"All {len(rows)} slices", table(("Slice", "Statements", "Macro-F1", ""), cells))}"""


def by_confidence(selective: Document, sets: Mapping[str, Figure], predictions: Rows) -> str:
    """Return how far confidences can be trusted, and what setting aside the least sure statements gives."""
    y_true, y_prob = _arrays(predictions)
    bins = reliability(Scored([], [], y_true, y_prob))
    caption = "Share of right ones against confidence; on the dashed line they agree. Larger points: more statements."
    return f"""<h2 id="confidence">Confidence</h2>
{chart("reliability", charts.reliability(bins), caption)}
{_coverage(selective)}
{_sets(sets)}"""


def _coverage(selective: Document) -> str:
    names = [name for name in selective if name.startswith("coverage_")]
    if not names:
        return ""
    points = [{"coverage": float(name.removeprefix("coverage_")), **selective[name]} for name in names]
    cells = [
        (
            f"{point['coverage']:.0%}",
            number(point["threshold"]),
            str(point["risk"]["n"]),
            with_interval(point["risk"]),
            with_interval(point["macro_f1"]),
        )
        for point in points
    ]
    caption = "Macro-F1, and risk (the share of wrong ones), when the least sure statements are set aside."
    kept = table(("Kept", "Confidence from", "Items", "Risk", "Macro-F1"), cells)
    return f"""{chart("coverage", pictures.coverage(selective), caption)}
{folded("The curve as a table", kept)}
<p class="quiet">The area under the risk curve is {with_interval(selective["aurc"])}; less is better. The confidences in
the table are read off these statements; choose <code>abstain_below</code> on others.</p>"""


def _sets(sets: Mapping[str, Figure]) -> str:
    if not sets:
        return ""
    rows = [(name.replace("_", " "), with_interval(figure)) for name, figure in sets.items()]
    return f"""<h3>Prediction sets</h3>
{table(("Figure", "Test"), rows)}
<p class="quiet">Conformal sets of labels, made to hold the actual label with the wanted probability over all
statements, not in each label or topic.</p>"""


def examples(predictions: Rows) -> str:
    """Return statements that the model gets wrong and right, and those that it is least sure of."""
    falling = sorted(predictions, key=lambda row: (-row["confidence"], row["statement_id"]))
    kinds = {
        "Wrong, and most sure of it": [row for row in falling if row["stance"] != row["label"]],
        "Right, and most sure of it": [row for row in falling if row["stance"] == row["label"]],
        "Least sure": falling[::-1],
    }
    shown = "\n".join(
        f"<h3>{title}</h3>\n{quotations(rows[:_EXAMPLES], map(_note, rows[:_EXAMPLES]))}"
        for title, rows in kinds.items()
        if rows
    )
    return f'<h2 id="examples">Examples</h2>\n{shown}'


def _note(row: Mapping[str, Any]) -> str:
    if row["stance"] == row["label"]:
        return f'<b class="good">{escape(row["stance"])}</b> {row["confidence"]:.2f}, as coded'
    return f'<b class="bad">{escape(row["stance"])}</b> {row["confidence"]:.2f}; coded {escape(row["label"])}'
