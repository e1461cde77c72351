"""What people see of ``stance estimate`` and ``stance annotate sample``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.console import Cell, say, say_table
from pipeline.records import LABELS

if TYPE_CHECKING:
    from pipeline.findings.estimates import Group, Shares
    from pipeline.stages.estimate import Estimated

_SHOWN_STRATA = 20


def say_design(design: Mapping[str, Any]) -> None:
    """Write how many rows of each stratum were drawn; of many strata the first."""
    strata = list(design["by_stratum"].items())
    say()
    rows: list[list[Cell]] = [
        [name, stratum["rows"], stratum["drawn"], stratum["inclusion_probability"]]
        for name, stratum in strata[:_SHOWN_STRATA]
    ]
    say_table(["stratum", "statements", "drawn", "probability"], rows)
    if len(strata) > _SHOWN_STRATA:
        say(f"and {len(strata) - _SHOWN_STRATA} more; the manifest has all")


def say_estimated(estimated: Estimated) -> None:
    """Write the shares of each group: naive, and corrected where there is a sample."""
    found, asked = estimated.found, estimated.task.asked
    sampled = estimated.task.sample is not None
    columns = [*(asked.by or ("",)), "n", "articles", *(["labelled"] if sampled else [])]
    shown = [*columns, "stance", "naive", *(["corrected"] if sampled else []), ""]
    rows: list[list[Cell]] = []
    for group in (found.whole, *found.groups):
        key = list(group.key) or ["all", *[""] * (len(asked.by) - 1)]
        head: list[Cell] = [*key, group.n, group.articles, *([group.labelled] if sampled else [])]
        rows += _lines(group, head, sampled=sampled)
    say_table(shown, rows)
    say()
    say(f"n counts each {_COUNTED[estimated.task.count]}; brackets hold {asked.level:.0%} intervals")
    if found.power is not None:
        say(f"power {found.power:.2f}: 0 would be the {estimated.labelled} labelled rows alone, 1 the model corrected")


_COUNTED = {
    "mention": "quotation in each article",
    "utterance": "remark once, in however many outlets",
    "actor-day": "actor once a day and target",
    "actor-month": "actor once a month and target",
}


def _lines(group: Group, head: list[Cell], *, sampled: bool) -> list[list[Cell]]:
    """Return the lines of one group: one a stance, or one alone where there are no shares."""
    if group.naive is None:
        counts = ", ".join(f"{group.counts[label]} {label}" for label in LABELS if group.counts[label])
        said = f"{group.note} ({counts})" if counts else group.note
        return [[*head, "", "", *([""] if sampled else []), said]]
    lines: list[list[Cell]] = []
    for place, label in enumerate(LABELS):
        first = place == 0
        shares = [_figure(group.naive, label), *([_figure(group.corrected, label)] if sampled else [])]
        lines.append([*(head if first else [""] * len(head)), label, *shares, (group.note or "") if first else ""])
    return lines


def _figure(shares: Shares | None, label: str) -> str:
    if shares is None:
        return "-"
    found = shares[label]
    return f"{found.value:.1%} ({found.low:.1%}–{found.high:.1%})"
