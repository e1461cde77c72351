"""Gold annotations: stand-off rows, read from JSON lines or CSV and checked against the codebook.

A row names a span by its offsets in the decoded source text and by the SHA-256 of that text; for HTML, of the extracted
text, of which a twin is kept beside the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from pipeline.errors import InputError, LabelError
from pipeline.labels.filled_tables import read_sheet
from pipeline.records import LABELS

KINDS = ("statement", "fragment", "term")
"""The codebook's kinds of quotation; terms are no statements and leave the labelled table."""

CoderType = Literal["human", "model", "weak"]
CODER_TYPES: tuple[CoderType, ...] = ("human", "model", "weak")

COLUMNS = ("source", "sha256", "start", "end", "kind", "target", "label", "coder", "coder_type")
"""Columns that every gold file has; the others of ``Gold`` may be absent."""

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False, "none": False}


@dataclass(frozen=True, slots=True)
class Gold:
    """One annotation.

    Parameters
    ----------
    where
        Its file and line.
    statement_id
        ``quote_id`` of the quotation; None where the annotation names its span alone.
    time
        When it was made: ISO 8601, UTC.
    seconds
        Spent on it.
    quote
        Its words, by which it is found again in an article that has changed; offsets alone say where it stands.
    replaces
        Ids, with spaces between, that the quotation had before its coder mended its span; what the coder said under
        them no longer counts.
    """

    where: str
    source: str
    sha256: str
    start: int
    end: int
    kind: str
    target: str
    label: str | None
    coder: str
    coder_type: CoderType
    speaker: str | None = None
    ambiguous: bool = False
    codebook: str | None = None
    statement_id: str | None = None
    note: str | None = None
    time: str | None = None
    seconds: float | None = None
    replaces: str | None = None
    quote: str | None = None

    def as_row(self) -> dict[str, Any]:
        """Return the annotation as one row of a gold file."""
        row = asdict(self)
        del row["where"]
        return {"statement_id": row.pop("statement_id"), **row, "target": self.target or None}


def utc(time: str) -> str:
    """Return a moment in ISO 8601 as UTC; one without an offset is taken for UTC.

    Raises
    ------
    ValueError
        If it is no such moment.

    Examples
    --------
    >>> utc("2032-03-01T10:30:00+02:00")
    '2032-03-01T08:30:00Z'
    """
    moment = datetime.fromisoformat(time)
    try:
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:  # the first hours of the year 1, east of Greenwich
        raise ValueError(f"{time!r} is before all time") from error
    return aware.isoformat().removesuffix("+00:00") + "Z"


def _choice(row: Mapping[str, Any], column: str, allowed: Sequence[str], where: str) -> str:
    value = row[column]
    if value not in allowed:
        raise LabelError(f"{where}: {column} {value!r} is not in the codebook; allowed: {', '.join(allowed)}")
    return str(value)


def _text(row: Mapping[str, Any], column: str, where: str) -> str:
    value = row[column]
    if not isinstance(value, str) or not value.strip():
        raise LabelError(f"{where}: {column} is {value!r}; it must be text")
    return value


def _optional(row: Mapping[str, Any], column: str, where: str) -> str | None:
    return _text(row, column, where) if row.get(column) not in (None, "") else None


def _offset(row: Mapping[str, Any], column: str, where: str) -> int:
    value = row[column]
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise LabelError(f"{where}: {column} is {value!r}; it must be a whole number of characters from 0 on")
    return value


def _flag(row: Mapping[str, Any], column: str, where: str) -> bool:
    value = row.get(column)
    truth = value if isinstance(value, bool) else _TRUTH.get(str(value).strip().lower())
    if truth is None:
        raise LabelError(f"{where}: {column} is {value!r}; it must be true or false")
    return truth


def _time(row: Mapping[str, Any], where: str) -> str | None:
    value = _optional(row, "time", where)
    try:
        return None if value is None else utc(value)
    except ValueError as error:
        raise LabelError(f"{where}: time is {value!r}; write it like 2032-03-01T08:30:00Z") from error


def _seconds(row: Mapping[str, Any], where: str) -> float | None:
    value = row.get("seconds")
    if value in (None, ""):
        return None
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise LabelError(f"{where}: seconds is {value!r}; it must be a number from 0 on")
    return seconds


def parse_gold(row: Mapping[str, Any], where: str) -> Gold:
    """Return one checked annotation.

    Parameters
    ----------
    row
        Has the ``COLUMNS``.
    where
        ``file:line``, for messages.

    Raises
    ------
    LabelError
        If a column is missing or a value is outside the codebook; names the place, the value and what is allowed.
    """
    missing = [column for column in COLUMNS if column not in row]
    if missing:
        raise LabelError(f"{where}: lacks {', '.join(missing)}; a gold row has {', '.join(COLUMNS)}")
    kind = _choice(row, "kind", KINDS, where)
    start, end = _offset(row, "start", where), _offset(row, "end", where)
    if start >= end:
        raise LabelError(f"{where}: the span {start}-{end} is empty; end must come after start")
    # A term is no statement, so it may stand without a label and a target.
    term = kind == "term"
    return Gold(
        where=where,
        source=_text(row, "source", where),
        sha256=_text(row, "sha256", where),
        start=start,
        end=end,
        kind=kind,
        target=(_optional(row, "target", where) or "") if term else _text(row, "target", where),
        label=None if term and not row["label"] else _choice(row, "label", LABELS, where),
        coder=_text(row, "coder", where),
        coder_type=cast(CoderType, _choice(row, "coder_type", CODER_TYPES, where)),
        speaker=_optional(row, "speaker", where),
        ambiguous=_flag(row, "ambiguous", where),
        codebook=str(row["codebook"]) if row.get("codebook") else None,
        statement_id=_optional(row, "statement_id", where),
        note=_optional(row, "note", where),
        time=_time(row, where),
        seconds=_seconds(row, where),
        replaces=_optional(row, "replaces", where),
        quote=_optional(row, "quote", where),
    )


def read_gold(path: Path) -> list[Gold]:
    """Return the annotations of a table, in its order; unlike labels that are still worked on, every row has to fit.

    Raises
    ------
    InputError
        If the file cannot be read, has another ending or holds no row.
    LabelError
        If a row does not fit the codebook.
    """
    sheet = read_sheet(Path(path), [COLUMNS], "gold file")
    if sheet.rejects:
        first = sheet.rejects[0]
        raise (LabelError if first.reason == "half-written" else InputError)(first.message)
    if sheet.notes:
        raise InputError(f"{sheet.notes[0]}, and save it as UTF-8")
    if not sheet.rows:
        raise InputError(f"{path}: holds no annotation; name a file with gold rows")
    return [parse_gold(row.cells, row.where) for row in sheet.rows]
