"""Sheets: units of coding as CSV for a spreadsheet or as JSON lines, and back into codings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from pipeline.errors import InputError, RecordError
from pipeline.labels import cells
from pipeline.labels.codings import Coding, verdict
from pipeline.labels.filled_tables import Row, Sheet
from pipeline.labels.gold import CODER_TYPES, KINDS, CoderType, Gold
from pipeline.labels.units import Unit
from pipeline.records import LABELS, Reject

COLUMNS = (
    "statement_id", "quote", "context", "speaker", "target", "label", "ambiguous", "note", "kind", "title", "outlet",
    "published", "source", "coder", "coder_type", "codebook", "time", "seconds", "exported", "sha256", "start", "end",
)  # fmt: skip
"""Columns of a sheet, in order; ``exported`` is the verdict that the row came with."""

PREDICTED = ("stance", "confidence", "model")
"""Columns of a sheet that shows predictions, behind the others."""

_SAID = ("label", "ambiguous", "note", "kind", "coder", "coder_type", "codebook", "time", "seconds")

NEEDED = ("statement_id", "label")
"""Columns without which a sheet says nothing."""


def rows_of(units: Iterable[Unit], *, predictions: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the rows of a sheet: one a unit, and one a coder where it has labels already."""
    for unit in units:
        for gold in unit.coded or (None,):
            row = {**_shown(unit), **_said(unit, gold)}
            guess = unit.predicted
            if predictions:
                row |= {name: getattr(guess, name) if guess else None for name in PREDICTED}
            yield {name: row[name] for name in (*COLUMNS, *(PREDICTED if predictions else ()))}


def _shown(unit: Unit) -> dict[str, Any]:
    spot = unit.place
    return {
        "statement_id": spot.statement_id,
        "quote": unit.quote,
        "context": unit.context,
        "speaker": unit.speaker,
        "target": unit.target or None,
        "title": unit.title,
        "outlet": unit.outlet,
        "published": unit.published,
        "source": spot.source,
        "sha256": spot.sha256,
        "start": spot.start,
        "end": spot.end,
    }


def _said(unit: Unit, gold: Gold | None) -> dict[str, Any]:
    if gold is None:
        return {**dict.fromkeys(_SAID), "kind": unit.place.kind, "ambiguous": False, "exported": None}
    return {
        **{name: getattr(gold, name) for name in _SAID},
        "speaker": gold.speaker or unit.speaker,
        "exported": verdict(gold.label, gold.kind, ambiguous=gold.ambiguous),
    }


def coding_of(found: Row) -> Coding:
    """Return what one row of a sheet says.

    Raises
    ------
    RecordError
        If it names no statement, or a value is not one of those allowed.
    """
    row = found.cells
    statement_id = cells.text(row, "statement_id")
    if statement_id is None:
        raise RecordError("names no statement_id; export the statements again", reason="no-statement-id")
    return Coding(
        file=found.file,
        position=f"L{found.line}",
        record=found.record,
        statement_id=statement_id.strip(),
        target=cells.text(row, "target"),
        label=cells.word(row, "label", LABELS, "bad-label"),
        kind=cells.word(row, "kind", KINDS),
        ambiguous=cells.flag(row, "ambiguous"),
        note=cells.text(row, "note"),
        speaker=cells.text(row, "speaker"),
        coder=cells.text(row, "coder"),
        coder_type=cast(CoderType | None, cells.word(row, "coder_type", CODER_TYPES)),
        codebook=cells.codebook(row),
        time=cells.time(row),
        seconds=cells.number(row, "seconds"),
        source=cells.text(row, "source"),
        sha256=cells.text(row, "sha256"),
        start=cells.offset(row, "start"),
        end=cells.offset(row, "end"),
        quote=cells.text(row, "quote"),
        was=cells.text(row, "exported"),
        replaces=cells.text(row, "replaces"),
    )


def codings_of(sheet: Sheet, *, assumed: CoderType | None) -> Iterator[Coding | Reject]:
    """Yield what the rows of a sheet say, behind its rejects.

    Parameters
    ----------
    assumed
        What a coder is taken for where nothing says it.

    Raises
    ------
    InputError
        If it is no sheet.
    """
    if sheet.rows and {"annotation_id", "annotator"} <= sheet.rows[0].cells.keys():
        file = sheet.rows[0].file
        raise InputError(f"{file}: is Label Studio's CSV, which does not name its coders; export it as JSON")
    yield from sheet.rejects
    for row in sheet.rows:
        try:
            yield replace(coding_of(row), assumed=assumed)
        except RecordError as error:
            yield row.rejected(error)
