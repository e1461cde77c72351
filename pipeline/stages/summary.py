"""Summary: scored tables -> stances by speaker, target, outlet and month, and the quotations to look at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.counting import Count, Unit, count_units
from pipeline.findings.intervals import figures
from pipeline.findings.scored import ScoredRow
from pipeline.findings.summary import Group, Summary, margin, summarise
from pipeline.records import LABELS
from pipeline.stages.actor_file import actors_of
from pipeline.stages.extraction import check_apart
from pipeline.stages.guarded import write_guarded
from pipeline.stages.scored import counted, read_scored

_SHORT = {label: label.removesuffix("-restriction") for label in LABELS}

GROUP_COLUMNS = (
    "name", "n", "articles", *_SHORT.values(),
    *(f"{part}_{name}" for name in _SHORT.values() for part in ("share", "low", "high")), "note",
)  # fmt: skip
"""Columns of the tables by speaker, target, outlet and month."""

QUOTE_COLUMNS = (
    "why", "remark", "row_id", "speaker", "target", "stance", "confidence", "p_anti", "p_neutral", "p_pro", "text",
    "title", "outlet", "published",
)  # fmt: skip
"""Columns of the table of quotations to look at; ``remark`` is the same for copies of one."""


@dataclass(frozen=True, slots=True)
class Summarised:
    """The tables, what counts in them, and what is to be told about them."""

    summary: Summary
    count: Count
    notes: tuple[str, ...]
    outputs: tuple[Path, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the tables as JSON-ready values; what is not defined is null."""
        tables = {name: [_group_dict(group) for group in groups] for name, groups in self.summary.groups.items()}
        return {
            "count": self.count, "overall": _group_dict(self.summary.overall), **tables,
            "quotes": quote_rows(self.summary), "notes": list(self.notes),
        }  # fmt: skip


def run(
    paths: Sequence[Path],
    *,
    count: Count = "mention",
    people: Path | None = None,
    shown: int = 10,
    folder: Path | None = None,
) -> Summarised:
    """Return the tables, and write them as CSV where there is a folder for them.

    Parameters
    ----------
    paths
        Scored tables, or folders of parts.
    count
        What counts once.
    people
        The analyst's file of actors.
    shown
        Quotations of each kind at most.

    Raises
    ------
    InputError
        If a table cannot be read, is of another version or damaged, or the folder is a file.
    """
    corpus = read_scored(paths)
    rows, left_out = counted(corpus, paths)
    actors, unsure = actors_of(people, rows)
    summary = summarise(count_units(rows, count, actors=actors), actors=actors, shown=shown)
    outputs = _write(summary, folder, [*paths, *filter(None, [people])]) if folder else ()
    return Summarised(summary, count, (*corpus.warnings, *left_out, *unsure), outputs)


def _write(summary: Summary, folder: Path, paths: Sequence[Path]) -> tuple[Path, ...]:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the tables")
    outputs = [folder / f"{name}.csv" for name in (*summary.groups, "quotes")]
    check_apart([str(path) for path in paths], outputs, option="--csv")
    for out, groups in zip(outputs, summary.groups.values(), strict=False):
        write_guarded(out, GROUP_COLUMNS, [_group_row(group) for group in groups])
    write_guarded(outputs[-1], QUOTE_COLUMNS, quote_rows(summary))
    return tuple(outputs)


def _group_dict(group: Group) -> dict[str, Any]:
    return {
        "name": group.name, "n": group.units, "articles": group.articles,
        "counts": dict(group.counts) if group.units is not None else None, "shares": figures(group.shares),
    }  # fmt: skip


def _group_row(group: Group) -> dict[str, Any]:
    row: dict[str, Any] = {"name": group.name, "n": group.units, "articles": group.articles}
    if group.units is None:
        return {"name": group.name, "note": "no data"}
    row |= {_SHORT[label]: count for label, count in group.counts.items()}
    for label, found in figures(group.shares).items():
        told = {"share": found["value"], "low": found["low"], "high": found["high"]}
        row |= {f"{part}_{_SHORT[label]}": None if v is None else round(v, 4) for part, v in told.items()}
    return row


def quote_rows(summary: Summary) -> list[dict[str, Any]]:
    """Return the quotations to look at (keys: ``QUOTE_COLUMNS``)."""
    rows = [_quote_row(row, "confident") for row in summary.confident]
    rows += [_quote_row(row, f"close: {margin(row):.3f} apart") for row in summary.close]
    return rows + [_quote_row(row, "scored differently", unit) for unit in summary.differing for row in unit.rows]


def _quote_row(row: ScoredRow, why: str, unit: Unit | None = None) -> dict[str, Any]:
    told = dict(zip(("p_anti", "p_neutral", "p_pro"), (round(p, 4) for p in row.probabilities), strict=True))
    known = {name: getattr(row, name) for name in QUOTE_COLUMNS if hasattr(row, name)}
    return known | told | {"why": why, "remark": unit.unit_id if unit else None, "confidence": round(row.confidence, 4)}
