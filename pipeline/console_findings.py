"""What people see of ``stance summary`` and ``stance network``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.console import Cell, say, say_table
from pipeline.records import Estimate

if TYPE_CHECKING:
    from pipeline.findings.counting import Unit
    from pipeline.findings.scored import ScoredRow
    from pipeline.findings.summary import Group
    from pipeline.stages.network import Drawn
    from pipeline.stages.summary import Summarised

_SIDES = ("pro-restriction", "neutral", "anti-restriction")
_COUNTED = {"mention": "quotes", "utterance": "remarks", "actor-day": "days", "actor-month": "months"}


def say_networks(drawn: Drawn) -> None:
    """Write the size of each network, what is in none, and the files."""
    say_table(
        ["network", "nodes", "edges"], [[name, size["nodes"], size["edges"]] for name, size in drawn.sizes.items()]
    )
    if drawn.left_out:
        say(f"left out  {', '.join(f'{reason} {count}' for reason, count in sorted(drawn.left_out.items()))}")
    say(f"wrote     {', '.join(map(str, drawn.outputs))}")


def say_summary(found: Summarised, limit: int) -> None:
    """Write each table, its first rows; the months all."""
    summary, noun = found.summary, _COUNTED[found.count]
    _say_groups("all", [summary.overall], noun)
    for name, groups in summary.groups.items():
        if name == "months":
            _say_groups("month", _gaps_as_one(groups), noun)
            continue
        _say_groups(name.removesuffix("s"), groups[:limit], noun)
        if len(groups) > limit:
            say(f"… and {len(groups) - limit} more {name}")
    _say_quotes("most confident of a side", summary.confident)
    _say_quotes("closest between two stances", summary.close)
    _say_quotes("said at once or carried by several, and scored differently", _pieces(summary.differing))


def _gaps_as_one(months: Sequence[Group]) -> list[Group]:
    """Return months with each run of months without data as one."""
    shown: list[Group] = []
    for month in months:
        last = shown[-1] if shown else None
        if last and last.units is None and month.units is None:
            shown[-1] = replace(last, name=f"{last.name.partition(' ')[0]} to {month.name}")
        else:
            shown.append(month)
    return shown


def _pieces(units: Sequence[Unit]) -> list[ScoredRow]:
    return [row for unit in units for row in unit.rows]


def _say_groups(title: str, groups: Sequence[Group], noun: str) -> None:
    if not groups:
        return
    say()
    say_table([title, noun, "articles", *(f"{label} (95 %)" for label in _SIDES)], [_cells(group) for group in groups])


def _cells(group: Group) -> list[Cell]:
    if group.units is None:
        return [group.name, "no data", None, None, None, None]
    return [group.name, group.units, group.articles, *(_told(group.counts, group.shares, label) for label in _SIDES)]


def _told(counts: Mapping[str, int], shares: Mapping[str, Estimate], label: str) -> str | None:
    share = shares[label]
    if not share.n:
        return None
    return f"{counts[label]}, {share.value:.0%} ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _say_quotes(title: str, rows: Sequence[ScoredRow]) -> None:
    if not rows:
        return
    say()
    say(title)
    say_table(
        ["speaker", "stance", "confidence", "quote", "outlet"],
        [[row.speaker, row.stance, f"{row.confidence:.2f}", row.text, row.outlet] for row in rows],
    )
