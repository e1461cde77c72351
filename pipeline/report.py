"""Pictures and self-contained HTML pages: views of figures that stand in JSON beside them.

Pages load nothing from anywhere, escape every value, and read on a phone, in light and in dark.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pipeline.records import LABELS, Estimate

_STYLE = """
:root { color-scheme: light dark; --line: #d5d9de; --soft: #f3f5f7; --quiet: #5a6470; --accent: #1b5fa8; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a424c; --soft: #20262d; --quiet: #a3adb8; --accent: #86b9f0; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { max-width: 44rem; } .quiet { color: var(--quiet); }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.card { flex: 1 1 13rem; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.card strong { display: block; font-size: 2rem; line-height: 1.2; color: var(--accent); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { background: var(--soft); }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: .5rem; }
.config { table-layout: fixed; width: 100%; font-family: ui-monospace, monospace; }
.config td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of a model on its test and dev split, with the baseline's on the test split."""

    title: str
    test: Estimate
    baseline: Estimate
    dev: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the page of one evaluation shows.

    Parameters
    ----------
    model
        Name of the model.
    facts
        Short lines on the data: how many items, articles, stories.
    figures
        The metrics, the deciding one first.
    per_class
        Of each label: its metrics by title.
    confusion
        Counts [3, 3], rows actual, columns predicted.
    config
        Values to print as they are.
    """

    model: str
    facts: Mapping[str, Any]
    figures: Sequence[Figure]
    per_class: Mapping[str, Mapping[str, Estimate]]
    confusion: Sequence[Sequence[int]]
    config: Mapping[str, Any]


def confusion_png(confusion: Sequence[Sequence[int]], labels: Sequence[str] = LABELS) -> bytes:
    """Return a picture of a confusion matrix: counts, shaded by their share of the actual label.

    Parameters
    ----------
    confusion
        Counts [k, k], rows actual, columns predicted.
    labels
        Names of the rows and columns.
    """
    # The object interface: pyplot keeps global state and may want a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    shares = [[count / sum(row) if sum(row) else 0.0 for count in row] for row in confusion]
    figure = Canvas(figsize=(5.6, 4.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(labels))
    axes.set(xlabel="predicted", ylabel="actual")
    axes.set_xticks(ticks, labels=labels)
    axes.set_yticks(ticks, labels=labels, rotation=90, va="center")
    for i, row in enumerate(confusion):
        for j, count in enumerate(row):
            colour = "white" if shares[i][j] > 0.65 else "black"  # white is hard to read on the middle blues
            axes.text(j, i, f"{count}\n{shares[i][j]:.0%}", ha="center", va="center", color=colour)
    figure.colorbar(image, ax=axes, label="share of the actual label")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return "–"
    return f"{_number(estimate.low)} to {_number(estimate.high)}"


def _level(estimate: Estimate) -> str:
    return f"{100 * estimate.level:g}% interval"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that scrolls sideways by itself; all cells are escaped."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def _cards(figure: Figure) -> str:
    cards = (
        (figure.title, figure.test, f"{_level(figure.test)} {_interval(figure.test)}"),
        ("Majority-class baseline", figure.baseline, f"{figure.title} of the commonest training label"),
    )
    return "\n".join(
        f'<div class="card">{escape(title)}<strong>{_number(estimate.value)}</strong>'
        f'<span class="quiet">{escape(note)}</span></div>'
        for title, estimate, note in cards
    )


def _figures(figures: Sequence[Figure]) -> str:
    rows = [
        (
            figure.title,
            _number(figure.test.value),
            _interval(figure.test),
            _number(figure.baseline.value),
            _number(figure.dev.value) if figure.dev else "–",
        )
        for figure in figures
    ]
    return _table(("Metric", "Test", _level(figures[0].test), "Baseline", "Dev"), rows)


def _per_class(per_class: Mapping[str, Mapping[str, Estimate]], confusion: Sequence[Sequence[int]]) -> str:
    titles = list(next(iter(per_class.values())))
    rows = [
        (
            label,
            *(f"{_number(by[title].value)} ({_interval(by[title])})" for title in titles),
            str(sum(counts)),
            str(sum(row[index] for row in confusion)),
        )
        for index, ((label, by), counts) in enumerate(zip(per_class.items(), confusion, strict=True))
    ]
    return _table(("Label", *titles, "Items", "Predicted"), rows)


def _alt_text(confusion: Sequence[Sequence[int]]) -> str:
    rows = (
        f"{a}: " + ", ".join(f"{n} as {p}" for p, n in zip(LABELS, row, strict=True))
        for a, row in zip(LABELS, confusion, strict=True)
    )
    return "Confusion matrix. " + "; ".join(rows)


def evaluation_page(evaluation: Evaluation, picture: bytes) -> str:
    """Return one HTML file about an evaluation.

    Parameters
    ----------
    evaluation
        The figures; the first one makes the headline.
    picture
        PNG of the confusion matrix, embedded.
    """
    data = base64.b64encode(picture).decode("ascii")
    config = "\n".join(
        f"<tr><td>{escape(str(key))}</td><td>{escape(str(value))}</td></tr>" for key, value in evaluation.config.items()
    )
    facts = ", ".join(f"{escape(str(value))} {escape(str(name))}" for name, value in evaluation.facts.items())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of {escape(evaluation.model)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Evaluation of {escape(evaluation.model)}</h1>
<p class="quiet">Stance of quoted statements on the test split: {facts}.</p>
<div class="cards">
{_cards(evaluation.figures[0])}
</div>
<h2>Metrics</h2>
{_figures(evaluation.figures)}
<p class="quiet">Macro-F1 is the mean of the F1 of the three labels. Macro-F1 and accuracy run from 0 to 1, and more is
better; of the three others, which judge the probabilities, less is better. The baseline gives each statement the shares
of the labels in training, so that it always chooses the commonest. Dev was used for calibration, so it may flatter the
model. Intervals are percentile bootstrap intervals over whole articles. – stands where a figure is not defined on these
items.</p>
<h2>By label</h2>
{_per_class(evaluation.per_class, evaluation.confusion)}
<p class="quiet">Each figure with its interval in brackets. Items: statements that have the label; predicted: statements
to which the model gives it.</p>
<h2>Confusion</h2>
<p class="quiet">A row holds the statements that have a label, a column those to which the model gives it; right ones
lie on the diagonal. Percentages and shades are shares of the row.</p>
<img alt="{escape(_alt_text(evaluation.confusion))}" src="data:image/png;base64,{data}">
<h2>Configuration</h2>
<div class="wide"><table class="config"><tbody>
{config}
</tbody></table></div>
</body>
</html>
"""
