"""Codings that their coder has withdrawn: called no statement later, or made anew for a span that was put right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.errors import RecordError
from pipeline.labels.coding_cells import cell, statement_in
from pipeline.labels.filled_tables import Row
from pipeline.labels.gold import utc

Withdrawals = dict[tuple[str, str, str | None], list[tuple[datetime, str]]]
"""When and how a coder withdrew what they said of a statement and target."""


def moment(text: str | None) -> datetime | None:
    """Return a time that a cell tells; None where it tells none."""
    try:
        return datetime.fromisoformat(utc(text)) if text else None
    except ValueError:
        return None


def withdrawals(rows: Iterable[Row]) -> Withdrawals:
    """Return what coders have withdrawn, by rows that tell their time."""
    found: Withdrawals = {}
    for row in rows:
        try:
            coder, target = cell(row.cells, "coder"), cell(row.cells, "target") or None
            at = moment(cell(row.cells, "time"))
            names = [(name, "put its span right") for name in cell(row.cells, "replaces").split()]
            if cell(row.cells, "kind") == "term":
                names.append((statement_in(row.cells), "called it no statement"))
        except RecordError:  # told where the row is read
            continue
        if at is not None:
            for name, how in names:
                found.setdefault((coder, name, target), []).append((at, f"{coder} {how} at {row.where}"))
    return found


def withdrawn(found: Withdrawals, coder: str, unit: tuple[str, str | None], time: str | None) -> str | None:
    """Return how a label of a coder was withdrawn after its time; None where it stands."""
    at = moment(time)
    later: Sequence[tuple[datetime, str]] = found.get((coder, *unit), ())
    return next((how for when, how in later if at is not None and when > at), None)
