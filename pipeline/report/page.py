"""Self-contained HTML pages: views of figures that stand in JSON beside them.

Pages load nothing from anywhere, escape every value, and read on a phone, in light and in dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pipeline.records import LABELS, Estimate
from pipeline.report.cells import image, interval, level, number, table, with_interval
from pipeline.report.style import STYLE


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of a model on its test and dev split, with the baseline's on the test split."""

    title: str
    test: Estimate
    baseline: Estimate
    dev: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept at one coverage: from which confidence on, and risk and macro-F1 among it."""

    coverage: float
    threshold: float
    risk: Estimate
    macro_f1: Estimate


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of the items that have a value in common; ``small`` where they are too few to say much."""

    name: str
    value: str
    macro_f1: Estimate
    accuracy: Estimate
    small: bool


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
    kept
        The risk-coverage curve, full coverage first; an empty one is left out.
    aurc
        The area under it.
    sets
        Figures of prediction sets by title; none where the model makes no sets.
    slices
        Figures of parts of the items.
    """

    model: str
    facts: Mapping[str, Any]
    figures: Sequence[Figure]
    per_class: Mapping[str, Mapping[str, Estimate]]
    confusion: Sequence[Sequence[int]]
    config: Mapping[str, Any]
    kept: Sequence[Kept] = ()
    aurc: Estimate | None = None
    sets: Mapping[str, Estimate] = field(default_factory=dict)
    slices: Sequence[Slice] = ()


def _cards(figure: Figure) -> str:
    cards = (
        (figure.title, figure.test, f"{level(figure.test)} {interval(figure.test)}"),
        ("Majority-class baseline", figure.baseline, f"{figure.title} of the commonest training label"),
    )
    return "\n".join(
        f'<div class="card">{escape(title)}<strong>{number(estimate.value)}</strong>'
        f'<span class="quiet">{escape(note)}</span></div>'
        for title, estimate, note in cards
    )


def _figures(figures: Sequence[Figure]) -> str:
    rows = [
        (
            figure.title,
            number(figure.test.value),
            interval(figure.test),
            number(figure.baseline.value),
            number(figure.dev.value) if figure.dev else "–",
        )
        for figure in figures
    ]
    return table(("Metric", "Test", level(figures[0].test), "Baseline", "Dev"), rows)


def _per_class(per_class: Mapping[str, Mapping[str, Estimate]], confusion: Sequence[Sequence[int]]) -> str:
    titles = list(next(iter(per_class.values())))
    rows = [
        (
            label,
            *(f"{number(by[title].value)} ({interval(by[title])})" for title in titles),
            str(sum(counts)),
            str(sum(row[index] for row in confusion)),
        )
        for index, ((label, by), counts) in enumerate(zip(per_class.items(), confusion, strict=True))
    ]
    return table(("Label", *titles, "Items", "Predicted"), rows)


def _alt_text(confusion: Sequence[Sequence[int]]) -> str:
    rows = (
        f"{a}: " + ", ".join(f"{n} as {p}" for p, n in zip(LABELS, row, strict=True))
        for a, row in zip(LABELS, confusion, strict=True)
    )
    return "Confusion matrix. " + "; ".join(rows)


def _abstention(evaluation: Evaluation, curve: bytes) -> str:
    """Return the part on abstention; nothing where there is no curve."""
    if not evaluation.kept or evaluation.aurc is None:
        return ""
    rows = [
        (
            f"{kept.coverage:.0%}",
            number(kept.threshold),
            str(kept.risk.n),
            *map(with_interval, (kept.risk, kept.macro_f1)),
        )
        for kept in evaluation.kept
    ]
    first, last = evaluation.kept[0], evaluation.kept[-1]
    alt = (
        f"Risk against coverage. Risk {number(first.risk.value)} at {first.coverage:.0%} coverage, "
        f"{number(last.risk.value)} at {last.coverage:.0%}"
    )
    return f"""<h2>Abstention</h2>
{table(("Coverage", "Confidence from", "Items", "Risk", "Macro-F1"), rows)}
<p class="quiet">What is left when the items of which the model is least sure are set aside: risk is the share of wrong
ones among the items kept. A model that knows when it is unsure has less risk at less coverage. The area under the curve
(mean risk over all coverages) is {with_interval(evaluation.aurc)}; less is better. The confidences are read off these
items; choose <code>abstain_below</code> on others.</p>
{image(curve, alt)}
"""


def _sets(sets: Mapping[str, Estimate]) -> str:
    """Return the part on prediction sets; nothing where the model makes none."""
    if not sets:
        return ""
    rows = [(title, number(estimate.value), interval(estimate)) for title, estimate in sets.items()]
    return f"""<h2>Prediction sets</h2>
{table(("Figure", "Test", level(next(iter(sets.values())))), rows)}
<p class="quiet">Conformal sets of labels, made to hold the actual label with the wanted probability over all items, not
in each label or topic.</p>
"""


def _slices(slices: Sequence[Slice]) -> str:
    """Return the part on slices; nothing where there are none."""
    if not slices:
        return ""
    rows = [
        (
            found.name,
            found.value,
            f"{found.accuracy.n}{' (small)' * found.small}",
            with_interval(found.macro_f1),
            with_interval(found.accuracy),
        )
        for found in slices
    ]
    return f"""<h2>Slices</h2>
{table(("Slice", "", "Items", "Macro-F1", "Accuracy"), rows)}
<p class="quiet">Each slice as if its items were all there are. Macro-F1 is over the labels that occur there or are
predicted. Small slices say little.</p>
"""


def evaluation_page(evaluation: Evaluation, picture: bytes, curve: bytes = b"") -> str:
    """Return one HTML file about an evaluation.

    Parameters
    ----------
    evaluation
        The figures; the first one makes the headline.
    picture
        PNG of the confusion matrix, embedded.
    curve
        PNG of the risk-coverage curve, embedded where there is one.
    """
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
<style>{STYLE}</style>
</head>
<body>
<h1>Evaluation of {escape(evaluation.model)}</h1>
<p class="quiet">Stance of quoted statements on the test split: {facts}.</p>
<div class="cards">
{_cards(evaluation.figures[0])}
</div>
<h2>Metrics</h2>
{_figures(evaluation.figures)}
<p class="quiet">Macro-F1 is the mean of the F1 of the three labels, and F1 of the two sides that of anti and pro.
These and accuracy run from 0 to 1, and more is better; of the three others, which judge the probabilities, less is
better. The baseline gives each statement the shares of the labels in training, so that it always chooses the commonest.
Dev was used for calibration, so it may flatter the model. Intervals are percentile bootstrap intervals over whole
articles. – stands where a figure is not defined on these items.</p>
<h2>By label</h2>
{_per_class(evaluation.per_class, evaluation.confusion)}
<p class="quiet">Each figure with its interval in brackets. Items: statements that have the label; predicted: statements
to which the model gives it.</p>
<h2>Confusion</h2>
<p class="quiet">A row holds the statements that have a label, a column those to which the model gives it; right ones
lie on the diagonal. Percentages and shades are shares of the row.</p>
{image(picture, _alt_text(evaluation.confusion))}
{_abstention(evaluation, curve)}{_sets(evaluation.sets)}{_slices(evaluation.slices)}<h2>Configuration</h2>
<div class="wide"><table class="config"><tbody>
{config}
</tbody></table></div>
</body>
</html>
"""
