"""What people see of ``stance annotate check``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.console import Cell, say, say_table
from pipeline.records import LABELS

if TYPE_CHECKING:
    from pipeline.labels.checks import Contradiction, Drift
    from pipeline.labels.refinding import Misplaced
    from pipeline.stages.annotate_check import Checked

_SHOWN = 20
"""Findings of a kind that are listed; JSON has all."""
_DRIFTED = 0.05
# Share of the labels that models give themselves. A guess: at a half, nine suspects in ten were right (RESULTS.md).
_STRONG = 0.8
_LONGEST = 60

_SHORT = ("anti", "neutral", "pro")


def say_checked(checked: Checked) -> None:
    """Write each kind of finding under its heading, what has to be mended first."""
    say(f"labels             {checked.labels}")
    _say_some("Do not fit the codebook, or are no rows", checked.faults)
    _say_some(
        "Spans without a place in their article",
        map(_misplaced, checked.misplaced),
    )
    within = [found for found in checked.contradictions if found.within]
    between = [found for found in checked.contradictions if not found.within]
    _say_some("One text, two labels of one coder", map(_contradiction, within))
    _say_some("One text, labels of coders who differ", map(_contradiction, between))
    _say_drifts([drift for drift in checked.drifts if drift.p_value < _DRIFTED])
    _say_suspects(checked)
    say("\nLabels by target")
    rows: list[tuple[Cell, ...]] = [
        (target, *(counts[label] for label in LABELS), sum(counts.values()))
        for target, counts in checked.balance.items()
    ]
    say_table(("target", *LABELS, "all"), rows[:_SHOWN])
    if not checked.failed:
        say("\nnothing has to be mended")


def _say_some(heading: str, lines: Iterable[str]) -> None:
    """Write the first lines under a heading; nothing where there are none."""
    if not (found := list(lines)):
        return
    say(f"\n{heading}: {len(found)}")
    for line in found[:_SHOWN]:
        say(f"  {line}")
    if len(found) > _SHOWN:
        say(f"  and {len(found) - _SHOWN} more; --json lists all")


def _misplaced(found: Misplaced) -> str:
    told = f"{found.where}: {found.span}: {found.reason}"
    if found.near is None:
        return f"{told}; nothing there is like it"
    place = f"{found.near.start}-{found.near.end} {_cut(found.near.text)}"
    if found.near.likeness is None:
        return f"{told}; the nearest quotation: {place}"
    return f"{told}; now at {place} (alike: {found.near.likeness:.0%})"


def _contradiction(found: Contradiction) -> str:
    said = ", ".join(f"{row.label} ({row.coder}, {row.where})" for row in found.labels)
    return f"{_cut(found.text)} [{found.target}]: {said}"


def _say_drifts(drifts: list[Drift]) -> None:
    if not drifts:
        return
    say("\nLabels of the first half of a coder's work, and of the second (other articles later look like drift, too)")
    rows: list[tuple[Cell, ...]] = [
        (drift.coder, *(f"{a}, {b}" for a, b in zip(drift.first, drift.second, strict=True)), drift.p_value)
        for drift in drifts
    ]
    say_table(("coder", *_SHORT, "p"), rows)


def _say_suspects(checked: Checked) -> None:
    if checked.suspects is None:
        say("\nlikely errors: not looked for; that needs --quotes and more labels of each kind")
        return
    say(f"\nLikely errors, the likeliest first: {len(checked.suspects)} of {checked.labels}")
    say(f"  by models that had not seen the story; they give {checked.agreed:.0%} of the labels themselves")
    if (checked.agreed or 0) < _STRONG and checked.suspects:
        say("  such a model is weak: most of these labels are right, so look from the top")
    rows = [
        (row.where, row.text, row.target, row.label, suspect.label, suspect.margin)
        for row, suspect in checked.suspects[:_SHOWN]
    ]
    say_table(("where", "quote", "target", "label", "rather", "margin"), rows)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
