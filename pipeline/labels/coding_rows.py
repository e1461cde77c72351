"""Codings: who gave which statement which label, read from the files of several coders.

One row is one label of one coder. What is no such row is a reject with its file and line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import InputError, RecordError
from pipeline.labels.agreement import MISSING
from pipeline.labels.coding_cells import PLACES, Unit, article_of, cell, label_in, statement_in, type_in
from pipeline.labels.filled_tables import Needed, Row, Sheet, read_sheet
from pipeline.labels.gold import CoderType
from pipeline.labels.reliability import Codes
from pipeline.labels.withdrawals import Withdrawals, withdrawals, withdrawn
from pipeline.records import LABELS, Reject

_NEEDED: Needed = tuple((*place, "coder", "label") for place in PLACES)


@dataclass(frozen=True, slots=True)
class Coding:
    """One label of one coder; ``where`` is its file and line, ``cells`` the row as it was read."""

    where: str
    statement_id: str
    target: str | None
    coder: str
    coder_type: CoderType | None
    label: str
    cells: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def unit(self) -> Unit:
        """What was coded."""
        return self.statement_id, self.target

    @property
    def file(self) -> str:
        """The file that it is from."""
        return self.where.rpartition(":")[0]

    def text(self, column: str) -> str | None:
        """Return another column as text; None where it says nothing."""
        value = self.cells.get(column)
        return None if value is None else str(value).strip() or None


def by_unit(codings: Iterable[Coding]) -> dict[Unit, list[Coding]]:
    """Return the codings of each unit, the units in the order in which they come."""
    units: dict[Unit, list[Coding]] = {}
    for coding in codings:
        units.setdefault(coding.unit, []).append(coding)
    return units


def codes_of(codings: Sequence[Coding]) -> Codes:
    """Return labels as indices, a row a unit and a column a coder; no coder has two for one unit."""
    units = list(by_unit(codings))
    types = {coding.coder: coding.coder_type for coding in codings}
    coders = sorted(types)
    codes = np.full((len(units), len(coders)), MISSING, dtype=np.int64)
    row = {unit: index for index, unit in enumerate(units)}
    for coding in codings:
        codes[row[coding.unit], coders.index(coding.coder)] = LABELS.index(coding.label)
    return Codes(
        labels=LABELS,
        coders=tuple(coders),
        types=tuple(types[coder] for coder in coders),
        codes=codes,
        units=tuple(units),
        clusters=tuple(article_of(statement_id) for statement_id, _ in units),
        clustered=any(article_of(statement_id) != statement_id for statement_id, _ in units),
    )


def _coding(row: Row, taken_back: Withdrawals) -> Coding | str:
    """Return the coding of a row, or the word under which a row without one is counted."""
    cells = row.cells
    if cell(cells, "kind") == "term":
        return "terms"
    label = label_in(cells, "label")
    if not label:
        return "blank"
    coder = cell(cells, "coder")
    if not coder:
        raise RecordError("names no coder; say who gave this label", reason="no-coder")
    target = cell(cells, "target") or None
    coding = Coding(row.where, statement_in(cells), target, coder, type_in(cells, "coder_type"), label, cells)
    if how := withdrawn(taken_back, coder, coding.unit, coding.text("time")):
        raise RecordError(how, reason="superseded")
    return coding


@dataclass(frozen=True, slots=True)
class Read:
    """The codings of some files in their order, the rows that are none, the counts of both, and what is odd."""

    codings: tuple[Coding, ...]
    rejects: tuple[Reject, ...]
    counts: Mapping[str, int]
    notes: tuple[str, ...]


def read_codings(paths: Sequence[Path]) -> Read:
    """Return the codings of all files.

    Rows without a label are not coded yet and are counted as ``blank``; terms are no statements.

    Raises
    ------
    InputError
        If a file cannot be read or lacks columns, or not one row of all files can be used.
    """
    codings: list[Coding] = []
    rejects: list[Reject] = []
    notes: list[str] = []
    counts = Counter(rows=0, blank=0, terms=0)
    sheets = {path: read_sheet(path, _NEEDED, "file of codings") for path in paths}
    taken_back = withdrawals(row for sheet in sheets.values() for row in sheet.rows)
    for path, sheet in sheets.items():
        counts["rows"] += len(sheet.rows) + len(sheet.rejects)
        rejects += sheet.rejects
        notes += [*sheet.notes, *_mended(path, sheet)]
        for row in sheet.rows:
            try:
                found = _coding(row, taken_back)
            except RecordError as error:
                rejects.append(row.rejected(error))
                continue
            if isinstance(found, Coding):
                codings.append(found)
            else:
                counts[found] += 1
    if not codings:
        raise InputError(_nothing(paths, rejects, counts))
    return Read(tuple(codings), tuple(rejects), counts, tuple(notes))


def _mended(path: Path, sheet: Sheet) -> list[str]:
    """Return a note about the rows whose cells a spreadsheet has put curly marks around."""
    columns = ("statement_id", "quote_id", "coder", "label", "target", "coder_type")
    curly = [row for row in sheet.rows if any(str(row.cells.get(name) or "")[:1] in tuple("“”„‘’") for name in columns)]
    if not curly:
        return []
    rows = f"{len(curly)} row{'s' * (len(curly) > 1)}"
    return [f"{curly[0].where}: curly marks around cells were taken off, in {rows} of {path.name}"]


def _nothing(paths: Sequence[Path], rejects: Sequence[Reject], counts: Mapping[str, int]) -> str:
    if rejects:
        return f"{rejects[0].message}; not one of {counts['rows']} rows can be used"
    where = ", ".join(map(str, paths))
    return f"{where}: no row has a label yet; fill in the column label" if counts["rows"] else f"{where}: has no rows"
