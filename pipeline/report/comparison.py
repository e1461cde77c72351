"""The page of a comparison: the verdict, then differences, slices, and the quotes that flipped.

It is a view of what ``stance compare --json`` prints: what it shows stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pipeline.evaluation.metrics import METRICS
from pipeline.report import charts
from pipeline.report.parts import card, folded, number, page, quotations, settings, table, with_interval
from pipeline.report.scripts import chart, scripts

Document = Mapping[str, Any]

_SHOWN = 12
"""Flips of a kind that are open to see; the others are folded."""

_KINDS = {"broken": "Right before, wrong now", "fixed": "Wrong before, right now", "still wrong": "Wrong both times"}


def comparison_page(comparison: Document) -> str:
    """Return one HTML file about a comparison; it opens offline.

    Parameters
    ----------
    comparison
        The comparison as plain values: ``runs, n, verdict`` and what belongs to a pair, several under ``pairs``.
    """
    names = [run["name"] for run in comparison["runs"]]
    pairs = _pairs(comparison, names)
    elements, policy = scripts()
    body = [
        _verdict(comparison, pairs),
        *(_pair(pair, number) for number, pair in enumerate(pairs)),
        _settings(comparison),
    ]
    sections = {f"p{i}": f"{pair['b']} against {pair['a']}" for i, pair in enumerate(pairs)} | {
        "all": "What was compared"
    }
    title = f"{' and '.join(names)} compared" if len(names) < 3 else f"{len(names)} runs compared"
    return page(title, "\n".join(body), sections=sections, scripts=elements, policy=policy)


def _pairs(comparison: Document, names: Sequence[str]) -> list[Document]:
    """Return the pairs; that of two runs stands beside the rest. None where nothing was tested."""
    if "pairs" in comparison:
        return list(comparison["pairs"])
    return [{"a": names[0], "b": names[1], **comparison}] if comparison["metrics"] else []


def _verdict(comparison: Document, pairs: Sequence[Document]) -> str:
    told = "".join(f"<li>{escape(note)}</li>" for note in comparison["notes"])
    notes = f'<ul class="quiet">{told}</ul>' if told else ""
    sentences = [pair["verdict"] for pair in pairs] or [comparison["verdict"]]
    verdicts = "".join(f'<p class="verdict">{escape(sentence)}.</p>' for sentence in sentences)
    return f"{verdicts}\n{notes}"


def _pair(pair: Document, index: int) -> str:
    """Return what is told of two runs; ``index`` keeps the ids of several pairs apart."""
    return f"""<h2 id="p{index}">{escape(pair["b"])} against {escape(pair["a"])}</h2>
<div class="cards">{"".join(_cards(pair))}</div>
<h3>Differences</h3>
{_differences(pair, index)}
<h3>Slices</h3>
{_slices(pair, index)}
<h3>Quotes that flipped</h3>
{_flips(pair)}"""


def _cards(pair: Document) -> Iterator[str]:
    found = pair["metrics"]["macro_f1"]
    runs = [f"{pair[run]}: {number(found[run])}" for run in ("a", "b")]
    difference = {"value": found["difference"], "low": found["low"], "high": found["high"]}
    yield card("Macro-F1", number(found["difference"], signed=True), [*runs, with_interval(difference, signed=True)])
    changes = pair["changes"]
    mcnemar = pair["mcnemar"]
    lines = [f"{count:,} {kind}" for kind, count in changes.items()]
    yield card("Quotes that flipped", f"{sum(changes.values()):,}", [*lines, f"McNemar p {_p(mcnemar['p'])}"])
    worse = [f"{_named(part)}: {_change(part['macro_f1'])}" for part in pair["slices"] if part["worse"]]
    judged = sum(part["judged"] for part in pair["slices"])
    yield card("Where worse?", f"{len(worse)} of {judged} slices", worse)


def _named(part: Document) -> str:
    return f"{part['slice']}: {part['value']}"


def _change(found: Document) -> str:
    figure = {"value": found["difference"], "low": found["low"], "high": found["high"]}
    return with_interval(figure, signed=True)


def _p(p: float | None) -> str:
    return number(p) if p is None or p >= 0.001 else "< 0.001"


def _title(name: str) -> str:
    return METRICS[name].title if name in METRICS else name


def _drawn(name: str, found: Document, n: int) -> dict[str, Any]:
    return {"name": name, "value": found["difference"], "low": found["low"], "high": found["high"], "n": n}


def _differences(pair: Document, index: int) -> str:
    metrics = {name: found for name, found in pair["metrics"].items() if found["difference"] is not None}
    drawn = [
        _drawn(_title(name), found, pair.get("n", 0))
        for name, found in metrics.items()
        if name in METRICS and METRICS[name].higher_is_better
    ]
    caption = "Differences with their intervals, of the metrics of which more is better; right of the line is better."
    spec = charts.intervals(drawn, title="difference", line=0.0, zero_to_one=False)
    rows = [
        (_title(name), number(found["a"]), number(found["b"]), _change(found), _p(found["p"]), _p(found["p_holm"]))
        for name, found in pair["metrics"].items()
    ]
    head = ("Metric", pair["a"], pair["b"], "Difference", "p", "p, corrected")
    return f"""{chart(f"differences-{index}", spec, caption)}
{table(head, rows)}
<p class="quiet">Intervals draw whole articles, the same for both runs; p-values swap the runs' answers in half of the
articles. Corrected p-values allow for the number of runs compared (Holm).</p>"""


def _slices(pair: Document, index: int) -> str:
    judged = [part for part in pair["slices"] if part["judged"] and part["macro_f1"]["difference"] is not None]
    drawn = [_drawn(_named(part), part["macro_f1"], part["n"]) for part in judged]
    rows = [
        (
            _named(part),
            str(part["n"]),
            *(number(part["macro_f1"][run]) for run in ("a", "b")),
            _change(part["macro_f1"]),
            _p(part["macro_f1"]["p_holm"]),
            "worse" if part["worse"] else "" if part["judged"] else "not judged",
        )
        for part in pair["slices"]
    ]
    caption = "Difference in macro-F1 of each slice that is large enough to be judged; right of the line is better."
    spec = charts.intervals(drawn, title="difference in macro-F1", line=0.0, zero_to_one=False)
    whole = table(("Slice", "Quotes", pair["a"], pair["b"], "Difference", "p, corrected", ""), rows)
    picture = chart(f"slices-{index}", spec, caption) if drawn else ""
    return f"{picture}\n{folded(f'All {len(rows)} slices', whole)}" if rows else '<p class="quiet">There are none.</p>'


def _flips(pair: Document) -> str:
    if not pair["flips"]:
        return '<p class="quiet">None: both runs say the same of every quote.</p>'
    return "\n".join(
        _kind(title, [flip for flip in pair["flips"] if flip["change"] == kind]) for kind, title in _KINDS.items()
    )


def _kind(title: str, flips: Sequence[Document]) -> str:
    if not flips:
        return ""
    first, rest = flips[:_SHOWN], flips[_SHOWN:]
    more = folded(f"{len(rest):,} more", quotations(rest, map(_note, rest))) if rest else ""
    return f"<h4>{title} ({len(flips):,})</h4>\n{quotations(first, map(_note, first))}\n{more}"


def _note(flip: Document) -> str:
    before, after = flip["a"], flip["b"]
    kind = {"fixed": "good", "broken": "bad"}.get(flip["change"], "quiet")
    return (
        f"{escape(before['stance'])} {before['confidence']:.2f} → "
        f'<b class="{kind}">{escape(after["stance"])}</b> {after["confidence"]:.2f}; coded {escape(flip["label"])}'
    )


def _settings(comparison: Document) -> str:
    names = [run["name"] for run in comparison["runs"]]
    params = [(name, *map(str, values)) for name, values in comparison["params"].items()]
    logged = [(name, *map(number, values)) for name, values in comparison["logged"].items()]
    facts = {**(comparison["items"] or {}), **comparison["draws"]}
    return f"""<h2 id="all">What was compared</h2>
{settings({run["name"]: run["run_id"] for run in comparison["runs"]} | facts)}
{folded("Parameters that differ", table(("Parameter", *names), params)) if params else ""}
{folded("Figures as logged", table(("Figure", *names), logged)) if logged else ""}"""
