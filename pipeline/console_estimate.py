"""What people see of ``stance estimate`` and ``stance annotate sample``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.console import Cell, say, say_table
from pipeline.records import LABELS

if TYPE_CHECKING:
    from pipeline.findings.changes import Change
    from pipeline.findings.estimates import Group, Shares
    from pipeline.stages.actors import Proposed
    from pipeline.stages.estimate import Estimated

_SHOWN_STRATA = 20
_SHOWN_PROPOSALS = 20
_SHOWN_WITHOUT = 10  # groups without a share


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


def say_proposed(proposed: Proposed, path: Path) -> None:
    """Write the first proposals, and what to do with them."""
    rows: list[list[Cell]] = [
        [one.proposal, one.alias, one.actor, one.rows, one.reason] for one in proposed.new[:_SHOWN_PROPOSALS]
    ]
    if rows:
        say_table(["", "alias", "actor", "rows", "reason"], rows)
        say()
    kept = f"; {proposed.kept} lines were there before" if proposed.kept else ""
    say(f"{len(proposed.new)} proposals in {path}{kept}")
    if proposed.new:
        say("write yes under approved where they are right, then name the file with --actors")


def say_estimated(estimated: Estimated) -> None:
    """Write the shares of each group: naive, and corrected where there is a sample."""
    found, asked = estimated.found, estimated.task.asked
    sampled = estimated.task.sample is not None
    columns = [*(asked.by or ("",)), "n", "articles", *(["labelled"] if sampled else [])]
    shown = [*columns, "stance", "naive", *(["corrected"] if sampled else []), ""]
    rows: list[list[Cell]] = []
    shown_groups, left = _worth_showing(found.groups)
    for group in (found.whole, *shown_groups):
        key = list(group.key) or ["all", *[""] * (len(asked.by) - 1)]
        head: list[Cell] = [*key, group.n, group.articles, *([group.labelled] if sampled else [])]
        rows += _lines(group, head, sampled=sampled)
    say_table(shown, rows)
    say()
    if left:
        say(f"and {left} groups with too little for a share; --out and --json have all")
    say(f"n counts each {_COUNTED[estimated.task.count]}; brackets hold {asked.level:.0%} intervals")
    if found.power is not None:
        say(f"power {found.power:.2f}: how far the estimate leans on the model's probabilities, from 0 to 1")


def say_changes(changes: Sequence[Change]) -> None:
    """Write whose stance changed, with quotations of either side, and how many were asked."""
    say()
    told = [change for change in changes if change.changed]
    for change in told:
        way = "more for the restriction" if change.difference > 0 else "less for the restriction"
        say(f"{change.actor.name} on {change.target}: {way} than before (adjusted p {change.p_adjusted:.3g})")
        for name, side in (("before", change.before), ("after", change.after)):
            say(f"  {name}: mean {side.mean:+.2f} in {side.articles} articles, {side.first} to {side.last}")
            for unit in side.quotes:
                say(f"    {unit.date}  {unit.stance}  {' '.join(unit.rows[0].text.split())}")
    say(f"{len(told)} of {len(changes)} speakers and targets with enough dated articles changed")


_COUNTED = {
    "mention": "quotation in each article",
    "utterance": "remark once, in however many outlets",
    "actor-day": "actor once a day and target",
    "actor-month": "actor once a month and target",
}


def _worth_showing(groups: Sequence[Group]) -> tuple[list[Group], int]:
    """Return the groups with shares, those without among them up to a number, and how many are left."""
    without = [group for group in groups if group.naive is None]
    left = {id(group) for group in without[_SHOWN_WITHOUT:]}
    return [group for group in groups if id(group) not in left], len(left)


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
