"""The page of one evaluation: how good, how sure, where not; then pictures, examples, and all figures.

It is a view of ``metrics.json`` and the predictions beside it: what it shows stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pipeline.evaluation.metrics import METRICS, SHORT_LABELS
from pipeline.records import LABELS
from pipeline.report.evidence import behaviour, grounds, learning_curve
from pipeline.report.parts import card, folded, interval, number, page, settings, table, with_interval
from pipeline.report.scripts import scripts
from pipeline.report.sections import by_confidence, by_label, by_slice, examples, slice_figures, told

Document = Mapping[str, Any]

_WORST = 3
"""Slices that the first screen names."""
_KEPT = "coverage_0.8"

_SECTIONS = {
    "labels": "By label",
    "slices": "By slice",
    "confidence": "Confidence",
    "behaviour": "Behaviour",
    "learning": "More labels",
    "examples": "Examples",
    "grounds": "What it rests on",
    "all": "All figures",
}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the page of one evaluation is made of.

    Parameters
    ----------
    model
        Name of the model.
    metrics
        The document that ``stance evaluate`` writes.
    predictions
        Rows of the test split as scored.
    config
        Values to print as they are.
    behaviour, learning_curve
        The documents of these names, where they were asked for.
    """

    model: str
    metrics: Document
    predictions: Sequence[Document]
    config: Document = field(default_factory=dict)
    behaviour: Document | None = None
    learning_curve: Document | None = None


def evaluation_page(evaluated: Evaluated) -> str:
    """Return one HTML file about an evaluation; it opens offline."""
    metrics, predictions = evaluated.metrics, evaluated.predictions
    parts = {
        "labels": by_label(metrics["test"], predictions),
        "slices": by_slice(metrics.get("slices", {}), metrics["macro_f1"]),
        "confidence": by_confidence(metrics.get("selective", {}), metrics.get("sets", {}), predictions),
        "behaviour": behaviour(evaluated.behaviour),
        "learning": learning_curve(evaluated.learning_curve),
        "examples": examples(predictions),
        "grounds": grounds(metrics),
        "all": _all_figures(evaluated),
    }
    shown = {key: part for key, part in parts.items() if part}
    elements, policy = scripts()
    return page(
        f"Evaluation of {evaluated.model}",
        "\n".join([_first_screen(evaluated), *shown.values()]),
        sections={key: _SECTIONS[key] for key in shown},
        scripts=elements,
        policy=policy,
    )


def _first_screen(evaluated: Evaluated) -> str:
    metrics = evaluated.metrics
    first, baseline = metrics["test"]["macro_f1"], metrics["baseline"]["macro_f1"]
    better = None not in (first["low"], baseline["value"]) and first["low"] > baseline["value"]
    verdict = (
        f"Macro-F1 is {with_interval(first)} on {metrics['n']:,} statements of {metrics['articles']:,} articles. "
        f"The commonest label alone would give {number(baseline['value'])}"
        + ("." if better else ", which the interval does not exclude.")
    )
    cards = [
        card("How good?", number(first["value"]), [*_good(metrics)]),
        card("How sure?", number(metrics["test"]["expected_calibration_error"]["value"]), [*_sure(metrics)]),
        card("Where not?", "", [*_where(metrics), *_fails(evaluated.behaviour)]),
    ]
    return f'<p class="verdict">{escape(verdict)}</p>\n<div class="cards">{"".join(cards)}</div>'


def _good(metrics: Document) -> Iterator[str]:
    yield f"macro-F1; interval {interval(metrics['test']['macro_f1'])}"
    clear = metrics.get("test_clear", {}).get("macro_f1")
    if clear and clear["value"] is not None:
        yield f"{with_interval(clear)} on the {clear['n']} statements that are not ambiguous"
    human = (metrics.get("human_ceiling") or {}).get("human")
    if human:
        yield f"{with_interval(human['macro_f1'])}: one person against another"


def _sure(metrics: Document) -> Iterator[str]:
    error = metrics["test"]["expected_calibration_error"]
    yield f"calibration error, by how much confidence and share of right ones differ; interval {interval(error)}"
    kept = metrics.get("selective", {}).get(_KEPT)
    if kept:
        yield f"macro-F1 {with_interval(kept['macro_f1'])} on the surest four fifths"


def _where(metrics: Document) -> Iterator[str]:
    figures = {label: metrics["test"][f"f1_{short}"] for label, short in zip(LABELS, SHORT_LABELS, strict=True)}
    defined = {label: figure for label, figure in figures.items() if figure["value"] is not None}
    if defined:
        label, figure = min(defined.items(), key=lambda item: item[1]["value"])
        yield f"{label}: F1 {with_interval(figure)}"
    worst = sorted(told(slice_figures(metrics.get("slices", {}))), key=lambda row: row["value"])
    for row in worst[:_WORST]:
        yield f"{row['name']}: macro-F1 {with_interval(row)}, {row['n']} statements"


def _fails(behaviour: Document | None) -> Iterator[str]:
    """Yield what the model fails most often of what it can be asked."""
    if behaviour:
        rates = {name: found["failure_rate"]["value"] for name, found in behaviour["capabilities"].items()}
        name = max(rates, key=lambda name: rates[name])
        yield f"{name}: fails {rates[name]:.0%} of {behaviour['capabilities'][name]['n']} cases"


def _all_figures(evaluated: Evaluated) -> str:
    metrics = evaluated.metrics
    rows = [
        (
            METRICS[name].title,
            with_interval(figure),
            *(number(metrics[part].get(name, {}).get("value")) for part in ("baseline", "dev")),
            "more" if METRICS[name].higher_is_better else "less",
        )
        for name, figure in metrics["test"].items()
    ]
    signature = _flat(metrics.get("signature", {}))
    return f"""<h2 id="all">All figures</h2>
{table(("Metric", "Test", "Baseline", "Dev", "Better is"), rows)}
<p class="quiet">Macro-F1 is the mean of the F1 of the three labels. The baseline gives each statement the shares of the
labels in training, so that it always chooses the commonest. Dev was used for calibration, so it may flatter the model.
Intervals are percentile bootstrap intervals over whole articles. – stands where a figure is not defined here.</p>
{folded("What was measured", settings(signature)) if signature else ""}
{folded("Configuration", settings(evaluated.config)) if evaluated.config else ""}"""


def _flat(values: Document, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
