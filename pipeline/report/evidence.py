"""Parts of the page of an evaluation that say what its figures rest on, and what they do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from pipeline.report import charts, pictures
from pipeline.report.parts import folded, quotations, table, with_interval
from pipeline.report.scripts import chart

Document = Mapping[str, Any]

_PAIRS = {"test_train": "test and train", "dev_train": "dev and train", "test_dev": "test and dev"}
_LEAKS = {"stories": "Stories", "near_duplicates": "Near-copies of quotations", "speakers": "Speakers"}
_FAILING = 3
"""Failed cases of each capability that are shown."""


def grounds(metrics: Document) -> str:
    """Return the human ceiling, what the parts of the data share, and what to mind; nothing where none is known."""
    ceiling, leakage = metrics.get("human_ceiling"), metrics.get("leakage")
    told = [*_ceiling(ceiling or {}), *(_leaks(leakage) if leakage else ()), *_notes(metrics.get("notes", ()))]
    return '<h2 id="grounds">What it rests on</h2>\n' + "\n".join(told) if told else ""


def _ceiling(found: Document) -> Iterator[str]:
    if "left_out" in found:
        yield f"<p>Human ceiling: not known, {escape(found['left_out'])}.</p>"
    elif found:
        human, model = found["human"]["macro_f1"], found["model"]["macro_f1"]
        yield (
            f"<p>Human ceiling: one person against another has macro-F1 {with_interval(human)}, the model against one "
            f"person {with_interval(model)}, on {found['n']} statements that two people have coded.</p>"
        )


def _leaks(leakage: Document) -> Iterator[str]:
    rows = [
        (f"{title}, {parts}", str(leakage[pair][kind]["shared"]), str(leakage[pair][kind]["statements"]))
        for pair, parts in _PAIRS.items()
        for kind, title in _LEAKS.items()
        if kind in leakage[pair]
    ]
    yield table(("Shared by", "Shared", "Statements"), rows)
    yield (
        '<p class="quiet">A story or a near-copy on both sides would flatter the model. Speakers who are heard in '
        "train, too, are no fault; the slices have figures with and without them.</p>"
    )


def _notes(notes: Iterator[str]) -> Iterator[str]:
    return (f"<p>Mind: {escape(note)}.</p>" for note in notes)


def learning_curve(curve: Document | None) -> str:
    """Return whether more labels would help; nothing where it was not asked."""
    if not curve:
        return ""
    rows = [
        (f"{point['trained_on']:,.0f}", str(point["parts"]), with_interval(point["macro_f1"]))
        for point in curve["points"]
    ]
    caption = "Macro-F1 on test by the number of statements trained on; each doubling takes the same room."
    return f"""<h2 id="learning">Would more labels help?</h2>
<p>{escape(curve["verdict"])}</p>
{chart("learning-chart", pictures.learning(curve), caption)}
{folded("The curve as a table", table(("Trained on", "Draws", "Macro-F1"), rows))}"""


def behaviour(report: Document | None) -> str:
    """Return how often the model fails statements with known answers; nothing where it was not asked."""
    if not report:
        return ""
    rates = [{"name": name, "n": found["n"], **found["failure_rate"]} for name, found in report["capabilities"].items()]
    rows = [(row["name"], str(row["n"]), with_interval(row)) for row in rates]
    failing = "\n".join(
        folded(f"{name}: {found['failures']} of {found['n']} fail", _cases(found["failing"][:_FAILING]))
        for name, found in report["capabilities"].items()
        if found["failing"]
    )
    caption = "Share of invented statements with known answers that the model gets wrong, by what they ask of it."
    return f"""<h2 id="behaviour">Behaviour</h2>
{chart("behaviour-chart", charts.intervals(rates, title="share that fails"), caption)}
{folded("The shares as a table", table(("Capability", "Cases", "Share that fails"), rows))}
{failing}"""


def _cases(failing: list[Document]) -> str:
    return quotations(failing, map(_answer, failing))


def _answer(case: Document) -> str:
    return f'<b class="bad">{escape(case["predicted"])}</b>; expected {escape(case["expected"])}{_before(case)}'


def _before(case: Document) -> str:
    original = case.get("original")
    return f". Beside it: {escape(original['text'])}, {escape(original['predicted'])}" if original else ""
