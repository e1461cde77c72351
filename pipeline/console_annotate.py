"""What people see of ``stance annotate``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.console import Cell, note, say, say_table

if TYPE_CHECKING:
    from pipeline.labels.reliability import Effort, GroupAgreement, PairAgreement
    from pipeline.labels.summary import Summary
    from pipeline.records import Estimate
    from pipeline.stages.agreement import Found

_NAMES = {"human": "human coders", "model": "models", "weak": "weak labels", None: "coders of a type not told"}
_MATRICES = 3  # tables of confusion printed for one group; JSON has all
_TARGETS = 10  # targets printed for one group, those with most statements; JSON has all
_TOLD = 10  # rejects told one by one
_FEW = 20  # articles; of 10, 87 in 100 intervals hold what 95 should, of 20, 93 (benchmarks/agreement.py)


def say_agreement(found: Found) -> None:
    """Write counts, coders, each group under its own heading, the human ceiling, and the files written."""
    _say_lines(_counts(found))
    say()
    _say_coders(found.summary)
    for group, effort in zip(found.summary.groups, found.summary.efforts, strict=True):
        say()
        _say_group(group, effort, found.summary.drawn)
    say()
    say(_ceiling(found.summary))
    if found.wrote:
        say(f"wrote {', '.join(map(str, found.wrote))}")


def note_findings(found: Found) -> None:
    """Write what is odd and which rows were left out, one line each, to stderr."""
    for line in found.notes:
        note(f"note: {line}")
    for name in found.summary.alone:
        note(f"note: {name} shares no statement with another coder")
    for group in found.summary.groups:
        if group.clusters < _FEW:
            few = f"{group.clusters} {found.summary.drawn} are few"
            note(f"note: {heading(group).lower()}: {few}, and the intervals too narrow for that")
    for reject in found.rejects[:_TOLD]:
        note(f"left out: {reject.message}")
    if len(found.rejects) > _TOLD:
        note(f"left out: {len(found.rejects) - _TOLD} more rows; --json lists all")


def heading(group: GroupAgreement) -> str:
    """Return who agrees with whom; where no person is told to be among them, that too."""
    first, second = (_NAMES[kind] for kind in group.types)
    named = first.capitalize() if first == second else f"{first.capitalize()} and {second}"
    return named if "human" in group.types else f"{named} (not human agreement)"


def with_interval(estimate: Estimate) -> str:
    """Return a figure and its interval to three digits; a bar for what is not defined."""
    from pipeline.labels.summary import DIGITS

    if math.isnan(estimate.value):
        return "-"
    # Rounded from what JSON tells: rounded from the whole figure, the last digit could be another.
    value, low, high = (f"{round(bound, DIGITS):.3f}" for bound in (estimate.value, estimate.low, estimate.high))
    return value if math.isnan(estimate.low) else f"{value} ({low}–{high})"


def _say_lines(lines: Mapping[str, object]) -> None:
    width = max(map(len, lines))
    for name, value in lines.items():
        say(f"{name.ljust(width)}  {value}")


def _counts(found: Found) -> dict[str, object]:
    counts = found.counts
    reasons = ", ".join(f"{name} {n}" for name, n in sorted(found.dropped().items(), key=lambda item: -item[1]))
    return {
        "rows": counts["rows"],
        **{name: counts[name] for name in ("blank", "terms", "repeated") if counts[name]},
        "rejects": f"{len(found.rejects)} ({reasons})" if reasons else 0,
        "statements": counts["statements"],
        "labelled twice": counts["labelled_twice"],
        "disputed": counts["disputed"],
        **{name: counts[name] for name in ("unanimous", "single", "adjudicated", "undecided") if name in counts},
    }


def _say_coders(summary: Summary) -> None:
    labels = list(summary.coders[0].labels)
    rows: list[list[Cell]] = []
    for coder in summary.coders:
        shares = [f"{coder.labels[label]} ({coder.labels[label] / coder.statements:.0%})" for label in labels]
        rows.append([coder.coder, coder.coder_type, coder.statements, *shares])
    say_table(["coder", "type", "statements", *labels], rows)


def _say_group(group: GroupAgreement, effort: Effort | None, drawn: str) -> None:
    title = heading(group)
    say(title)
    say("-" * len(title))
    of = f" of {group.clusters} articles" if drawn == "articles" else ""
    lines = {
        group.coefficient: with_interval(group.reliability),
        "agreement": with_interval(group.agreement),
        "statements": f"{group.n}{of}",
    }
    _say_lines(lines | ({"interval": _told(effort, drawn)} if effort else {}))
    say()
    pairs: list[list[Cell]] = [
        [f"{p.first}, {p.second}", p.n, *map(with_interval, (p.agreement, p.kappa, p.macro_f1))] for p in group.pairs
    ]
    say_table(["pair", "n", "agreement", "kappa", "macro-F1"], pairs)
    say()
    labels: list[list[Cell]] = [
        [one.label, one.codes, with_interval(one.agreement), with_interval(one.reliability)] for one in group.labels
    ]
    say_table(["label", "given", "specific agreement", f"{group.coefficient} against the rest"], labels)
    if group.targets:
        say()
        _say_targets(group)
    for pair in group.pairs[:_MATRICES]:
        say()
        _say_confusion(pair, [one.label for one in group.labels])
    if len(group.pairs) > _MATRICES:
        say()
        say(f"{len(group.pairs) - _MATRICES} more tables of pairs with --json")


def _say_targets(group: GroupAgreement) -> None:
    largest = sorted(group.targets, key=lambda one: -one.n)[:_TARGETS]
    rows: list[list[Cell]] = [
        [one.target, one.n, with_interval(one.agreement), with_interval(one.reliability)] for one in largest
    ]
    say_table(["target", "n", "agreement", group.coefficient], rows)
    if len(group.targets) > len(largest):
        say(f"{len(group.targets) - len(largest)} more targets with --json")


def _told(effort: Effort, drawn: str) -> str:
    """Return how wide the interval is, and what would make it as narrow as wanted."""
    now = f"± {effort.half_width:.3f}"
    if not effort.statements:
        return f"{now}, within the wanted ± {effort.wanted:g}"
    articles = f", of about {effort.clusters} more articles" if drawn == "articles" else ""
    return f"{now}; ± {effort.wanted:g} takes about {effort.statements} more statements labelled twice{articles}"


def _say_confusion(pair: PairAgreement, labels: list[str]) -> None:
    rows: list[list[Cell]] = [[label, *counts] for label, counts in zip(labels, pair.confusion, strict=True)]
    say_table([f"{pair.first} \\ {pair.second}", *labels], rows)


def _ceiling(summary: Summary) -> str:
    top = summary.human_ceiling
    if top is None:
        return f"no human ceiling: {summary.no_human_ceiling}"
    figures = f"alpha {with_interval(top.alpha)}, kappa {with_interval(top.kappa)}"
    return f"human ceiling: {figures}, macro-F1 {with_interval(top.macro_f1)}, n = {top.n}"
